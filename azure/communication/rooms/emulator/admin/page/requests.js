// The screen "Requests": what programs requested, the newest on top, and why it was rejected.

import { call, get } from "./api.js";
import { attempt, button, field, h, setText, sync } from "./dom.js";

const LIMIT = 50;
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"];

// What the part of wrong credentials means that an error names.
const PARTS = {
  authorization: "the header Authorization is missing, or its scheme is neither HMAC-SHA256 nor Bearer",
  signedheaders: "SignedHeaders must be x-ms-date;host;x-ms-content-sha256",
  host: "the signed host differs from the header Host: mind the port",
  path: "the signed path differs from the one that was sent: mind percent-escapes and the first slash",
  query: "the signed query differs from the one that was sent, or was left out",
  method: "the signed method differs from the one that was sent",
  date: "the signed date is not that of the request",
  "x-ms-date": "the date is missing, is no HTTP date, or lies more than 15 minutes from the emulator's clock",
  "x-ms-content-sha256": "the hash is not that of the body that was sent",
  key: "the access key was used as text; decode it from base64 first",
  signature: "it was made with another key, or over another text",
  token: "the bearer token is no JWT, has expired, or is for another audience or account",
};

export const follows = ["request", "missed", "cleared"];

function reasonOf(entry) {
  const part = /^denied: (.+)$/.exec(entry.reason)?.[1];
  const meaning = part && PARTS[part.toLowerCase()];
  return meaning ? `${entry.reason} (${meaning})` : entry.reason;
}

function kindOf(status) {
  if (status === null) return "reset";
  return status >= 500 ? "failed" : status >= 400 ? "rejected" : "good";
}

export function show(main, { config }) {
  const rows = h("tbody", { role: "rowgroup" });
  const count = h("p", { class: "muted", role: "status" });
  const empty = h("p", { class: "empty", hidden: true });
  const method = h("select", { name: "method" }, h("option", { value: "" }, "all"),
    METHODS.map((name) => h("option", { value: name }, name)));
  const path = h("input", { name: "path", type: "search", placeholder: "/rooms", autocomplete: "off", spellcheck: "false" });
  const status = h("input", { name: "status", type: "search", placeholder: "404, 4xx, reset", autocomplete: "off" });
  let limit = LIMIT;
  const more = button("Show more", () => { limit = 1000; return load(); });

  async function load() {
    const wanted = { method: method.value, contains: path.value.trim(), status: status.value.trim(), limit };
    const { requests } = await get("requests", wanted);
    sync(rows, requests.reverse(), (entry) => `${entry.number} ${entry.time}`, makeRow, () => {});
    more.hidden = requests.length < limit || limit > LIMIT;
    empty.hidden = requests.length > 0;
    const filtered = method.value || path.value || status.value;
    setText(empty, filtered ? "No request matches." : "No requests yet. They appear here while your program runs.");
    setText(count, requests.length === limit ? `The newest ${limit} shown` : `${requests.length} shown`);
  }

  // Many rows are made while many requests come: a row is a copy of one that is made once.
  const td = (name, ...children) => h("td", { role: "cell", class: name }, ...children);
  const pattern = h("tr", { role: "row" },
    td("time", "time"),
    td("what", h("button", { type: "button", class: "open", "aria-expanded": "false" },
      h("span", { class: "method" }, "method"), " ", h("span", { class: "target" }, "target"))),
    td("status", h("span", {}, "status")), td("duration", "duration"), td("version"), td("account"));

  function makeRow(entry) {
    const row = pattern.cloneNode(true);
    const [time, what, state, duration, version, account] = row.children;
    const [method, target] = what.firstChild.children;
    const [path, query] = entry.target.split(/\?(.*)/s);
    time.firstChild.data = entry.time.slice(11, 23).replace(/\+.*/, "");
    method.firstChild.data = entry.method;
    target.firstChild.data = path;
    state.firstChild.className = `badge ${kindOf(entry.status)}`;
    state.firstChild.firstChild.data = entry.status === null ? "reset" : String(entry.status);
    duration.firstChild.data = `${entry.milliseconds.toFixed(1)} ms`;
    if (query) version.append(new URLSearchParams(query).get("api-version") ?? "");
    if (entry.account) account.append(entry.account);
    if (entry.reason) what.append(h("div", { class: "reason" }, reasonOf(entry)));
    if (entry.faults.length) what.append(h("span", { class: "badge fault" }, `fault ${entry.faults.join(", ")}`));
    row.entry = entry;
    return row;
  }

  async function toggle(open) {
    const row = open.closest("tr");
    const what = open.parentElement;
    let details = what.querySelector("div.details");
    const opens = details === null || details.hidden;
    open.setAttribute("aria-expanded", String(opens));
    if (details === null) {
      details = h("div", { class: "details" });
      what.append(details);
      details.append(await detailsOf(row.entry, config));
    }
    details.hidden = !opens;
  }
  rows.addEventListener("click", (event) => {
    const open = event.target.closest("button.open");
    if (open) attempt(() => toggle(open));
  });

  let waiting;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => attempt(load), 120);
  };
  for (const control of [method, path, status]) {
    for (const event of ["input", "change"]) control.addEventListener(event, later);
  }

  const head = (label, name) => h("th", { role: "columnheader", scope: "col", class: name }, label);
  main.replaceChildren(
    h("div", { class: "title" }, h("h1", {}, "Requests"), count),
    h("div", { class: "tools", role: "search", "aria-label": "Filter requests" },
      field("Method", method), field("Path", path), field("Status", status),
      button("Clear", () => call("DELETE", "requests").then(load))),
    h("table", { class: "requests", role: "table", "aria-label": "Requests, the newest first" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
        head("Time", "time"), head("Request", "what"), head("Status", "status"), head("Took", "duration"),
        head("Api-version", "version"), head("Account", "account"))),
      rows),
    empty, more);
  return { load, pause: () => clearTimeout(waiting) };
}

async function detailsOf(entry, config) {
  let found;
  try {
    found = await get(`requests/${entry.number}`);
  } catch (error) {
    if (error.status === 404) return h("p", { class: "muted" }, "This request is no longer in the log.");
    throw error;
  }
  const block = (title, text) => [h("h2", { class: "minor" }, title), h("pre", { tabindex: "0", "aria-label": title }, text)];
  const headers = Object.entries(found.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  const bodies = config.log_bodies
    ? [...block("Body of the request", pretty(found.request_body)), ...block("Body of the response", pretty(found.response_body))]
    : [h("p", { class: "muted" }, "Bodies are not kept; start the emulator with --log-bodies to see them.")];
  return h("div", {},
    h("p", { class: "muted" }, `Request ${found.number}, ${found.time}`,
      found.client_request_id ? `, x-ms-client-request-id ${found.client_request_id}` : ""),
    ...block("Request line", `${found.method} ${found.target}`),
    ...block("Headers without credentials", headers), ...bodies);
}

function pretty(text) {
  if (!text) return "(empty)";
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
