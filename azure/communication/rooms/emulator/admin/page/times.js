// Times of the emulator's clock: they are UTC, and "now" is the emulator's.

import { get } from "./api.js";

let clock = { now: Date.now(), frozen: false, read: performance.now() };

export async function readClock() {
  const read = await get("clock");
  clock = { now: Date.parse(read.now), frozen: read.frozen, read: performance.now() };
  return clock;
}

export const isFrozen = () => clock.frozen;
export const now = () => clock.now + (clock.frozen ? 0 : performance.now() - clock.read);

// "2026-03-18 21:57:53"
export function format(time, withSeconds = false) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return date.toISOString().slice(0, withSeconds ? 19 : 16).replace("T", " ");
}

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

// "in 180 days", "3 minutes ago"
export function relative(time) {
  const seconds = Math.round((time - now()) / 1000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS[3];
  const count = Math.round(Math.abs(seconds) / size);
  if (count === 0) return "now";
  const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}

const WORDS = { s: "seconds", m: "minutes", h: "hours", d: "days", w: "weeks" };

// "181 days", "1 day 2 hours", "90m", "-1h", "30" (seconds), "P1DT2H": what `advance` takes.
export function parseSpan(text) {
  const iso = /^([-+]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text.trim());
  if (iso && /\d/.test(text)) {
    const names = ["weeks", "days", "hours", "minutes", "seconds"];
    const sign = iso[1] === "-" ? -1 : 1;
    return Object.fromEntries(names.map((name, n) => [name, iso[n + 2]]).filter(([, value]) => value)
      .map(([name, value]) => [name, sign * Number(value)]));
  }
  const span = {};
  const rest = text.replace(/([-+]?\d+(?:\.\d+)?)\s*([a-z]*)[\s,]*/gi, (all, number, word) => {
    const unit = word === "" ? "seconds" : WORDS[word[0].toLowerCase()];
    const known = unit && (word.length < 2 || unit.startsWith(word.toLowerCase()) || /^(mins?|secs?|hrs?)$/i.test(word));
    if (!known) return all;
    span[unit] = (span[unit] ?? 0) + Number(number);
    return "";
  });
  if (rest.trim() !== "" || Object.keys(span).length === 0) {
    throw new Error(`A span is such as 181 days, 2 hours or 90 seconds, not "${text}".`);
  }
  return span;
}

// What a field of date and time holds, which the page takes as UTC.
export function parseTime(text) {
  if (text === "") return undefined;
  return /(z|[-+]\d\d:\d\d)$/i.test(text) ? text : `${text}${/T\d\d:\d\d$/.test(text) ? ":00" : ""}Z`;
}
