// The screen "Rooms": pages of rooms, the newest first.

import { call, get, roomPath } from "./api.js";
import { bar, describe, stateOf, STATES } from "./bar.js";
import { button, field, form, h, setText, showMessage, submit, sync } from "./dom.js";
import { format, parseTime, readClock } from "./times.js";

const LIMIT = 50;

export const follows = ["rooms", "clock"];

export function accountField(config, withAll = false) {
  const names = config.accounts.map((account) => account.name);
  if (names.length < 2) return null;
  const options = names.map((name) => h("option", { value: name }, name));
  return h("select", { name: "account" }, withAll ? h("option", { value: "" }, "all") : null, options);
}

export function show(main, { config }) {
  const earlier = [];  // the cursors of the pages before this one
  let cursor = "", next = null;
  const account = accountField(config, true);
  const count = h("p", { class: "muted", role: "status" });
  const rows = h("tbody", { role: "rowgroup" });
  const empty = h("p", { class: "empty", hidden: true },
    "There are no rooms yet. Create one here, or let your program do it: ", h("a", { href: "#/connect" }, "connect it"), ".");
  const newer = button("Newer", () => turn(earlier.pop() ?? ""));
  const older = button("Older", () => { earlier.push(cursor); return turn(next); });

  const turn = (to) => { cursor = to; return load(); };

  async function load() {
    const wanted = { limit: LIMIT, cursor, account: account?.value };
    const [page, state] = await Promise.all([get("rooms", wanted), get("state"), readClock()]);
    next = page.next;
    const total = Object.entries(state.accounts).filter(([name]) => !account?.value || name === account.value)
      .reduce((sum, [, each]) => sum + each.rooms, 0);
    const from = earlier.length * LIMIT;
    setText(count, total === 0 ? "No rooms"
      : `${total.toLocaleString("en")} ${total === 1 ? "room" : "rooms"}` +
        (total > LIMIT ? `, ${(from + 1).toLocaleString("en")} to ${(from + page.rooms.length).toLocaleString("en")} shown` : ""));
    sync(rows, page.rooms, (room) => room.id, makeRow, updateRow);
    empty.hidden = page.rooms.length > 0 || earlier.length > 0;
    newer.disabled = earlier.length === 0;
    older.disabled = next === null;
  }

  function makeRow(room) {
    const id = `room-${room.id}`;
    const remove = button("Delete", async () => {
      await call("DELETE", roomPath(room.id, room.account));
      showMessage(`Room ${room.id} was deleted`);
      await load();
    }, { "aria-describedby": id });
    const cell = (name, ...children) => h("td", { role: "cell", class: name }, ...children);
    return h("tr", { role: "row" },
      cell("id", h("a", { id, href: `#/rooms/${room.id}?account=${encodeURIComponent(room.account)}` }, room.id)),
      cell("state"), cell("time"), cell("account"), cell("participants"), cell("created"), cell("action", remove));
  }

  function updateRow(row, room) {
    const [, state, time, owner, participants, created] = row.children;
    const kind = stateOf(room, config.grace);
    state.replaceChildren(h("span", { class: `badge ${kind}` }, STATES[kind]));
    time.replaceChildren(bar(room, config.grace), h("span", { class: "muted small" }, describe(room, config.grace)));
    setText(owner, room.account);
    setText(participants, String(room.participantCount));
    setText(created, format(room.createdAt, true));
  }

  const from = h("input", { type: "datetime-local", name: "valid_from" });
  const until = h("input", { type: "datetime-local", name: "valid_until" });
  const dialOut = h("input", { type: "checkbox", name: "dial_out", id: "field-dial_out" });
  const create = async () => {
    const room = { validFrom: parseTime(from.value), validUntil: parseTime(until.value), pstnDialOutEnabled: dialOut.checked };
    const made = await call("POST", "rooms", { account: account?.value || undefined, room });
    showMessage(`Room ${made.id} was created`);
    earlier.length = 0;
    await turn("");
  };
  if (account) account.addEventListener("change", () => { earlier.length = 0; turn(""); });

  const head = (label, name) => h("th", { role: "columnheader", scope: "col", class: name }, label);
  main.replaceChildren(
    h("div", { class: "title" }, h("h1", {}, "Rooms"), count),
    form({ class: "tools", "aria-label": "Create a room" }, create,
      account ? field("Account", account) : null,
      field("Valid from (UTC)", from), field("Valid until (UTC)", until),
      h("div", { class: "check" }, dialOut, h("label", { for: "field-dial_out" }, "PSTN dial-out")),
      submit("Create")),
    h("table", { class: "rooms", role: "table", "aria-label": "Rooms, the newest first" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
        head("Room", "id"), head("State", "state"), head("Time", "time"), head("Account", "account"),
        head("Participants", "participants"), head("Created (UTC)", "created"),
        h("td", { role: "cell", class: "action" }))),
      rows),
    empty,
    h("div", { class: "pages" }, newer, older));
  return { load };
}
