// Leads to the screens by the part of the address after "#", and lets them follow the emulator's events.

import { get } from "./api.js";
import * as clock from "./clock.js";
import * as connect from "./connect.js";
import { attempt, setText } from "./dom.js";
import * as requests from "./requests.js";
import * as room from "./room.js";
import * as rooms from "./rooms.js";

const SCREENS = { rooms, requests, clock, connect };
const TITLES = { rooms: "Rooms", requests: "Requests", clock: "Clock and faults", connect: "Connect" };
const EVENTS = ["request", "missed", "cleared", "rooms", "clock", "faults"];

const main = document.getElementById("main");
const live = document.getElementById("live");
let config;
let screen = null;
let loading = false, again = false;

// Loads the screen once more; while a load is under way one more is enough. The longer a load takes, the longer the page
// waits before the next, above all while so many requests come that no reader can follow: the machine is the program's.
const GAPS = { least: 200, most: 700, flooded: 1500, share: 20 };
const FLOOD = 100;  // requests that one event counts; there are four a second
let isFlooded = false;
let gap = 0, loaded = 0, wake = () => {};

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

const painted = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); });

async function refresh(waits = false) {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    do {
      if (waits || again) await Promise.race([pause(gap - (performance.now() - loaded)), new Promise((go) => { wake = go; })]);
      again = false;
      const started = performance.now();
      await screen?.load();
      await Promise.race([painted(), pause(300)]);
      loaded = performance.now();
      gap = Math.min(Math.max(GAPS.share * (loaded - started), GAPS.least), isFlooded ? GAPS.flooded : GAPS.most);
    } while (again);
  } finally {
    loading = false;
  }
}

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [name, item] = path.split("/");
  if (name === "main") return;  // the link that skips to the content
  const known = Object.hasOwn(SCREENS, name) ? name : "rooms";
  const isRoom = known === "rooms" && Boolean(item);
  const module = isRoom ? room : SCREENS[known];
  screen?.pause?.();
  const context = { config, item: decodeItem(item ?? ""), parameters: new URLSearchParams(query ?? "") };
  screen = { ...module.show(main, context), follows: module.follows };
  gap = 0;
  wake();  // a screen that was just opened waits for nothing
  document.title = `${isRoom ? `Room ${context.item}` : TITLES[known]} - Rooms emulator`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#/${known}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  attempt(() => refresh());
}

function decodeItem(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let source = null, retry;

function showStatus(text, kind) {
  live.className = `live ${kind}`;
  setText(live, text);
}

// Follows the events. A hidden page closes them: browsers have six connections to a server.
function follow() {
  clearTimeout(retry);
  source?.close();
  source = null;
  if (document.hidden) return;
  source = new EventSource("events?limit=0");  // it reads the requests that it shows
  source.onopen = () => {
    showStatus("Live", "good");
    attempt(() => refresh());
  };
  source.onerror = () => {
    showStatus("Not connected", "failed");
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(follow, 2000);
  };
  let due;
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      if (name === "missed") isFlooded = JSON.parse(event.data).requests >= FLOOD;
      if (due || !screen?.follows.includes(name)) return;
      due = setTimeout(() => {  // the events of one message come together
        due = undefined;
        attempt(() => refresh(true));
      }, 0);
    });
  }
}

attempt(async () => {
  config = await get("config");
  setText(document.getElementById("version"), config.version);
  addEventListener("hashchange", route);
  document.addEventListener("visibilitychange", follow);
  route();
  follow();
});
