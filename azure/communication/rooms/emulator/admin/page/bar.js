// A room's time as a bar: from when until when it can be joined, how long it stays after that, and now.

import { svg } from "./dom.js";
import { format, now, relative } from "./times.js";

export const STATES = {
  upcoming: "not begun",
  open: "open",
  ended: "ended",
  grace: "ended, in grace",
  gone: "gone",
};

// `grace` is in seconds; null keeps rooms for ever.
export function stateOf(room, grace) {
  const at = now();
  if (at < Date.parse(room.validFrom)) return "upcoming";
  const end = Date.parse(room.validUntil);
  if (at <= end) return "open";
  if (grace === null) return "ended";
  return at <= end + grace * 1000 ? "grace" : "gone";
}

export function describe(room, grace) {
  const end = Date.parse(room.validUntil);
  switch (stateOf(room, grace)) {
    case "upcoming": return `begins ${relative(Date.parse(room.validFrom))}`;
    case "open": return `ends ${relative(end)}`;
    case "grace": return `ended ${relative(end)}, gone ${relative(end + grace * 1000)}`;
    default: return `ended ${relative(end)}`;
  }
}

export function bar(room, grace) {
  const start = Date.parse(room.validFrom);
  const end = Date.parse(room.validUntil);
  const last = grace === null ? end : end + grace * 1000;
  const first = Math.min(start, now());
  const width = Math.max(last, now()) - first || 1;
  const x = (time) => `${(2 + ((time - first) / width) * 96).toFixed(2)}%`;
  const share = (from, to) => `${Math.max(0.6, ((to - from) / width) * 96).toFixed(2)}%`;
  const state = stateOf(room, grace);
  const label = `${format(start)} to ${format(end)} UTC, ${STATES[state]}: ${describe(room, grace)}`;
  return svg("svg", { class: `bar ${state}`, role: "img", "aria-label": label },
    svg("title", {}, label),
    svg("rect", { class: "track", x: "0", y: "8", width: "100%", height: "4", rx: "2" }),
    grace ? svg("rect", { class: "after", x: x(end), y: "6", width: share(end, last), height: "8", rx: "3" }) : null,
    svg("rect", { class: "valid", x: x(start), y: "4", width: share(start, end), height: "12", rx: "4" }),
    svg("line", { class: "now", x1: x(now()), x2: x(now()), y1: "0", y2: "20" }));
}
