// The screen "Clock and faults": move the time, break things.

import { call, get } from "./api.js";
import { button, field, form, h, setText, showMessage, submit, sync } from "./dom.js";
import { format, isFrozen, now, parseSpan, parseTime, readClock } from "./times.js";

const COMMON = [
  ["Lost response", "** reset=after times=1", "the request is done, and its response never arrives"],
  ["503 twice", "** status=503 times=2", "unavailable two times, then as usual"],
  ["429 with Retry-After", "** throttle=2 times=1", "throttled once, for two seconds"],
  ["Slow response", "** delay=3 times=1", "once, after three seconds"],
];
const MATCHING = ["method", "route", "number", "calls", "hits"];

export const follows = ["clock", "faults", "request", "missed"];

// The fault as one line, as the field takes it.
function specOf(fault) {
  const quote = (word) => (/^[\w@%+=:,./*{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
  const values = Object.entries(fault).filter(([name]) => !MATCHING.includes(name)).flatMap(([name, value]) =>
    name === "headers"
      ? Object.entries(value).map(([header, text]) => `header.${header}=${text}`)
      : [`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`]);
  return [fault.method ?? "*", fault.route ?? "**", ...values].map(quote).join(" ");
}

export function show(main) {
  const time = h("p", { class: "clock", role: "timer", "aria-label": "The emulator's time" });
  const state = h("p", { class: "muted", role: "status" });
  const rows = h("tbody", { role: "rowgroup" });
  const none = h("p", { class: "empty", hidden: true }, "No fault is on: every request is handled as the service would.");

  const showTime = () => setText(time, `${format(now(), true)} UTC`);

  async function load() {
    const [{ faults }] = await Promise.all([get("faults"), readClock()]);
    showTime();
    const offset = Math.round((now() - Date.now()) / 1000);
    setText(state, isFrozen() ? "Frozen: it stands still until it is resumed or moved"
      : Math.abs(offset) < 2 ? "Running, with the machine's clock" : `Running, ${Math.abs(offset).toLocaleString("en")} seconds ${offset > 0 ? "ahead of" : "behind"} the machine's clock`);
    sync(rows, faults, (fault) => fault.number, makeRow, updateRow);
    none.hidden = faults.length > 0;
  }

  function makeRow(fault) {
    const label = `fault-${fault.number}`;
    return h("tr", { role: "row" }, h("td", { role: "cell" }, String(fault.number)), h("td", { role: "cell", class: "id", id: label }, specOf(fault)),
      h("td", { role: "cell" }), h("td", { role: "cell", class: "action" },
        button("Remove", () => call("DELETE", `faults?number=${fault.number}`).then(load), { "aria-describedby": label })));
  }

  function updateRow(row, fault) {
    const times = (count) => `${count} ${count === 1 ? "request" : "requests"}`;
    setText(row.children[2], fault.calls === fault.hits ? `met by ${times(fault.hits)}`
      : `met by ${fault.hits} of ${times(fault.calls)}`);
  }

  const move = (moves) => call("POST", "clock", moves).then(load);
  const inject = (text) => call("POST", "faults", { spec: text }).then(load);
  const advance = h("input", { name: "advance", placeholder: "1 day", autocomplete: "off" });
  const timeInput = h("input", { type: "datetime-local", name: "set" });
  const spec = h("input", { name: "spec", placeholder: "POST /rooms nth=2 status=503", autocomplete: "off", spellcheck: "false" });
  const set = async () => {
    const wanted = parseTime(timeInput.value);
    if (wanted === undefined) throw new Error("Enter the time that the clock is to be set to.");
    await move({ set: wanted });
  };
  const addFault = async () => {
    if (spec.value.trim() === "") throw new Error("Enter a fault, such as POST /rooms status=503.");
    await inject(spec.value);
    spec.value = "";
    showMessage("The fault is on");
  };
  const preset = (label, span) => button(label, () => move({ advance: span }));

  main.replaceChildren(
    h("h1", {}, "Clock and faults"),
    h("div", { class: "two" },
      h("section", { "aria-labelledby": "clock-title" },
        h("h2", { id: "clock-title" }, "Clock"), time, state,
        h("div", { class: "row" },
          button("Freeze", () => move({ freeze: true })), button("Resume", () => move({ resume: true })),
          button("Reset", () => move({ reset: true }))),
        form({ class: "tools", "aria-label": "Advance the clock" },
          () => move({ advance: parseSpan(advance.value.trim() || advance.placeholder) }),
          field("Advance", advance), submit("Advance")),
        h("div", { class: "row" },
          preset("+ 1 hour", { hours: 1 }), preset("+ 1 day", { days: 1 }), preset("+ 181 days", { days: 181 })),
        form({ class: "tools", "aria-label": "Set the clock" }, set, field("Set to (UTC)", timeInput), submit("Set"))),
      h("section", { "aria-labelledby": "faults-title" },
        h("h2", { id: "faults-title" }, "Faults"),
        h("ul", { class: "common" }, COMMON.map(([label, text, meaning], n) => h("li", {},
          button(label, () => inject(text), { "aria-describedby": `common-${n}` }),
          h("span", { class: "muted", id: `common-${n}` }, meaning)))),
        form({ class: "tools", "aria-label": "Add a fault" }, addFault,
          h("div", { class: "wide" }, field("Spec", spec)), submit("Add")),
        h("h3", {}, "On now"),
        h("table", { class: "faults", role: "table" },
          h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Number", "Spec", "Met"].map((label) => h("th", { role: "columnheader", scope: "col" }, label)), h("td", { role: "cell" }))),
          rows),
        none)));
  const timer = setInterval(showTime, 250);
  return { load, pause: () => clearInterval(timer) };
}
