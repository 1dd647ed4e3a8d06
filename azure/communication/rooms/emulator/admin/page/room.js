// The screen of one room.

import { call, get, roomPath } from "./api.js";
import { bar, describe, stateOf, STATES } from "./bar.js";
import { attempt, button, copyButton, field, form, h, setText, showMessage, submit, sync } from "./dom.js";
import { connectionString, endpoint } from "./connect.js";
import { format, readClock } from "./times.js";

const ROLES = ["Presenter", "Attendee", "Consumer", "Collaborator"];
// The resource of users that the emulator makes.
const RESOURCE = "e3a70000-0000-4000-8000-000000000000";

// Browsers have crypto.randomUUID() only where they trust the address, which not all do on loopback.
function newId() {
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

export const follows = ["rooms", "clock"];

const roleSelect = (attributes, chosen = "Attendee") =>
  h("select", attributes, ROLES.map((role) => h("option", { value: role, selected: role === chosen }, role)));

const pythonOf = (id, string) => `from azure.communication.rooms import RoomsClient

with RoomsClient.from_connection_string("${string}") as client:
    room = client.get_room("${id}")
    print(room.valid_from, room.valid_until)
    for participant in client.list_participants(room.id):
        print(participant.raw_id, participant.role)
`;

export function show(main, { config, item: id, parameters }) {
  const account = parameters.get("account");
  const body = h("div");
  const gone = h("p", { class: "empty", hidden: true },
    "There is no such room: it was deleted, ended longer ago than the grace period, or never was.");
  const facts = h("dl", { class: "facts" });
  const timeline = h("div", { class: "timeline" });
  const rows = h("tbody", { role: "rowgroup" });
  const none = h("p", { class: "empty", hidden: true }, "No participants yet.");
  const count = h("span", { class: "muted" });

  const change = async (participants) => {
    update(await call("PATCH", roomPath(id, account, "/participants"), { participants }));
  };

  function makeRow({ rawId }) {
    const label = `participant-${rawId}`;
    const select = roleSelect({ name: "role", "aria-label": "Role", "aria-describedby": label });
    select.addEventListener("change", () => attempt(async () => {
      await change({ [rawId]: { role: select.value } });
      showMessage("The role was changed");
    }));
    const remove = button("Remove", () => change({ [rawId]: null }), { "aria-describedby": label });
    return h("tr", { role: "row" }, h("td", { role: "cell", class: "id", id: label }, rawId), h("td", { role: "cell" }, select), h("td", { role: "cell", class: "action" }, remove));
  }

  function updateRow(row, { role }) {
    const select = row.querySelector("select");
    if (select !== document.activeElement || select.value !== role) select.value = role;
  }

  function update(room) {
    const kind = stateOf(room, config.grace);
    const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
    facts.replaceChildren(
      fact("State", h("span", { class: `badge ${kind}` }, STATES[kind]), ` ${describe(room, config.grace)}`),
      fact("Valid from", `${format(room.validFrom, true)} UTC`),
      fact("Valid until", `${format(room.validUntil, true)} UTC`),
      fact("Created", `${format(room.createdAt, true)} UTC`),
      fact("PSTN dial-out", room.pstnDialOutEnabled ? "on" : "off"),
      fact("Join policy", `${room.roomJoinPolicy} `, h("span", { class: "muted" }, "(api-version 2022-02-01)")),
      fact("Account", room.account));
    timeline.replaceChildren(bar(room, config.grace));
    const participants = Object.entries(room.participants).map(([rawId, { role }]) => ({ rawId, role }));
    setText(count, String(participants.length));
    sync(rows, participants, ({ rawId }) => rawId, makeRow, updateRow);
    none.hidden = participants.length > 0;
  }

  async function load() {
    const [{ rooms: [room] }] = await Promise.all([get("rooms", { id, account }), readClock()]);
    if (room !== undefined) update(room);
    gone.hidden = room !== undefined;
    body.hidden = room === undefined;
  }

  const rawId = h("input", { name: "raw_id", autocomplete: "off", spellcheck: "false", placeholder: "a new user" });
  const role = roleSelect({ name: "new_role" });
  const add = async () => {
    const user = rawId.value.trim() || `8:acs:${RESOURCE}_${newId()}`;
    await change({ [user]: { role: role.value } });
    rawId.value = "";
  };
  const remove = button("Delete", async () => {
    await call("DELETE", roomPath(id, account));
    showMessage(`Room ${id} was deleted`);
    location.hash = "#/rooms";
  }, { class: "danger" });

  const owner = account ?? config.accounts[0].name;
  body.append(
    timeline, facts,
    h("div", { class: "row" },
      copyButton(() => pythonOf(id, connectionString(config, owner)), "Copy as Python"),
      copyButton(() => `curl '${endpoint()}/_emulator/${roomPath(id, account)}'`, "Copy as curl"),
      remove),
    h("h2", {}, "Participants ", count),
    form({ class: "tools", "aria-label": "Add a participant" }, add,
      h("div", { class: "wide" }, field("Raw id", rawId)), field("Role of the new one", role), submit("Add")),
    h("table", { class: "participants", role: "table" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, h("th", { role: "columnheader", scope: "col" }, "Raw id"), h("th", { role: "columnheader", scope: "col" }, "Role"), h("td", { role: "cell" }))), rows),
    none);
  main.replaceChildren(
    h("p", { class: "back" }, h("a", { href: "#/rooms" }, "All rooms")),
    h("h1", { class: "id" }, id), gone, body);
  return { load };
}
