// The screen "Connect": lines that are ready to be copied into a program.

import { copyButton, field, h } from "./dom.js";
import { accountField } from "./rooms.js";

export const follows = [];

export const endpoint = () => location.origin;

// The documented key of loopback is no secret; any other is not on the page.
export function connectionString(config, name) {
  const account = config.accounts.find((each) => each.name === name) ?? config.accounts[0];
  return `endpoint=${config.endpoint ?? endpoint()}/;accesskey=${account.access_key ?? "<access key>"}`;
}

const BLOCKS = [
  ["Connection string", (string) => string],
  ["Python", (string) => `from azure.communication.rooms import RoomsClient

with RoomsClient.from_connection_string("${string}") as client:
    room = client.create_room()
    print(room.id, room.valid_until)`],
  ["Python, asynchronous", (string) => `import asyncio

from azure.communication.rooms.aio import RoomsClient


async def main() -> None:
    async with RoomsClient.from_connection_string("${string}") as client:
        room = await client.create_room()
        print(room.id, room.valid_until)


asyncio.run(main())`],
  ["JavaScript", (string) => `import { RoomsClient } from "@azure/communication-rooms";

const client = new RoomsClient("${string}", { allowInsecureConnection: true });
const room = await client.createRoom();
console.log(room.id, room.validUntil);`],
  ["Environment", (string) => `export COMMUNICATION_SAMPLES_CONNECTION_STRING='${string}'
export AZURE_COMMUNICATION_CONNECTION_STRING='${string}'`],
  ["pytest, with an emulator of its own", () => `def test_a_room_is_created(rooms_client):
    room = rooms_client.create_room()
    assert [each.id for each in rooms_client.list_rooms()] == [room.id]`],
];

export function show(main, { config }) {
  const account = accountField(config);
  const blocks = h("div", { class: "blocks" });
  const fill = () => {
    const string = connectionString(config, account?.value);
    blocks.replaceChildren(...BLOCKS.map(([title, textOf], n) => {
      const text = textOf(string);
      return h("section", { "aria-labelledby": `block-${n}` },
        h("div", { class: "title" }, h("h2", { id: `block-${n}` }, title), copyButton(text)),
        h("pre", { tabindex: "0", "aria-labelledby": `block-${n}` }, text));
    }));
  };
  account?.addEventListener("change", fill);
  fill();
  main.replaceChildren(
    h("h1", {}, "Connect"),
    h("p", {}, "Point a program at this emulator. ",
      config.accounts.every((each) => each.access_key)
        ? "The access key is the documented one of every emulator, and no secret."
        : "Put the access key of the account in the place of <access key>."),
    account ? h("div", { class: "tools" }, field("Account", account)) : "",
    blocks);
  return { load: async () => {} };
}
