// Use the published JavaScript packages as an application would, and print what they saw: a line of JSON a step.
//
// Run in a folder that holds this file and what `package.json` names: `node published_javascript.mjs ENDPOINT ACCESS_KEY`.
// The steps are those of `published_python.py`.

import { createIdentifierFromRawId, getIdentifierRawId } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";
import { RoomsClient } from "@azure/communication-rooms";

const [ENDPOINT, ACCESS_KEY] = process.argv.slice(2);
const OTHER_KEY = Buffer.from("another key than the emulator's").toString("base64");
const UNKNOWN = "78469124725336262";
const LETTERS = "NotExistingRoomID";
const UNKNOWN_USER = { communicationUserId: "wrong_mri" };
const NOW = Date.now();

/** So many days from now. */
const days = (count) => new Date(NOW + count * 24 * 60 * 60 * 1000);
const print = (record) => console.log(JSON.stringify(record));

/** Options that change each request before it is signed: what the client itself would not send. */
function changing(change) {
  const policy = {
    name: "change",
    sendRequest(request, next) {
      change(request);
      return next(request);
    },
  };
  return { additionalPolicies: [{ policy, position: "perCall" }] };
}

const withVersion = (version) =>
  changing((request) => (request.url = request.url.replace(/api-version=[^&]*/, `api-version=${version}`)));
const withRole = (role) => changing((request) => (request.body = request.body.replace('"Attendee"', `"${role}"`)));

/** A client for the emulator; http has to be allowed by name. */
function client(Kind, { key = ACCESS_KEY, ...options } = {}) {
  return new Kind(ENDPOINT, { key }, { allowInsecureConnection: true, ...options });
}

async function all(pager) {
  const items = [];
  for await (const each of pager) items.push(each);
  return items;
}

/** What a test can judge of a value; the client gives times to the millisecond. */
function seen(value) {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(seen);
  if (value?.role !== undefined) return [getIdentifierRawId(value.id), value.role];
  if (value?.createdOn === undefined) return value;
  const { createdOn, ...room } = value;
  return { ...room, createdAt: createdOn };
}

/** Make a call and print what came of it; the value of it, undefined for an error. */
async function step(name, call) {
  try {
    const value = await call();
    print({ step: name, value: seen(value) });
    return value;
  } catch (error) {
    if (error.statusCode === undefined) throw error;
    const problem = JSON.parse(error.response.bodyAsText).error;
    const header = error.response.headers.get("x-ms-error-code") ?? null;
    const details = (problem.details ?? []).map((each) => [each.code, each.message, each.target]);
    print({ step: name, status: error.statusCode, code: error.code, message: error.message, details, header });
  }
}

/** Make users, tokens for them, and delete one. */
async function users() {
  const identity = client(CommunicationIdentityClient);
  const made = [];
  for (let count = 0; count < 4; count++) made.push(await identity.createUser());
  print({ step: "create users", value: made.map(getIdentifierRawId) });
  const { user, ...token } = await identity.createUserAndToken(["chat"]);
  const other = await identity.getToken(user, ["voip"], { tokenExpiresInMinutes: 120 });
  for (const [name, each] of [["create user and token", token], ["get token", other]]) {
    const hours = Math.round((each.expiresOn - Date.now()) / (60 * 60 * 1000));
    print({ step: name, value: [each.token.split(".").length, hours] });
  }
  await step("revoke tokens", () => identity.revokeTokens(user));
  await step("delete user", () => identity.deleteUser(user));
  return made;
}

/** Page through 95 rooms, before and after three of the first page are deleted. */
async function listRooms(rooms) {
  const made = [];
  for (let count = 0; count < 95; count++) made.push((await rooms.createRoom()).id);
  print({ step: "create 95 rooms", value: made });
  const ids = async () => (await all(rooms.listRooms().byPage())).map((page) => page.map((room) => room.id));
  await step("list rooms, version not given", ids);
  await step("list rooms", ids);
  for (const id of made.slice(-3)) await rooms.deleteRoom(id);
  await step("list rooms, some deleted", ids);
}

/** Create, read, change a room; the id of it. */
async function oneRoom(rooms, people) {
  await step("create with nothing", () => rooms.createRoom());
  const participants = [{ id: people[0], role: "Presenter" }, { id: people[2] }, { id: people[3] }];
  const times = { validFrom: days(1), validUntil: days(31) };
  const room = await step("create with everything", () =>
    rooms.createRoom({ ...times, pstnDialOutEnabled: true, participants }),
  );
  await step("get", () => rooms.getRoom(room.id));
  await step("update times", () => rooms.updateRoom(room.id, { validFrom: days(2), validUntil: days(62) }));
  await step("update dial out", () => rooms.updateRoom(room.id, { pstnDialOutEnabled: false }));
  await step("update nothing", () => rooms.updateRoom(room.id));
  return room.id;
}

/** Add, change, remove and list participants. */
async function participants(rooms, id, people) {
  const list = () => all(rooms.listParticipants(id));
  const put = (...patches) => rooms.addOrUpdateParticipants(id, patches);
  const drop = (...identifiers) => rooms.removeParticipants(id, identifiers);
  await step("list participants", list);
  await step("add and update", () =>
    put({ id: people[0], role: "Consumer" }, { id: people[1], role: "Collaborator" }),
  );
  await step("list after add and update", list);
  await step("update without role", () => put({ id: people[0] }));
  await step("remove", () => drop(people[2]));
  const stranger = createIdentifierFromRawId(getIdentifierRawId(people[2]).slice(0, -4) + "0000");
  await step("remove a stranger", () => drop(stranger));
  await step("list after remove", list);
  await step("remove all", () => drop(...people));
  await step("list when empty", list);

  await step("wrong role", () =>
    client(RoomsClient, withRole("Kafka")).addOrUpdateParticipants(id, [{ id: people[0] }]),
  );
  await step("add a wrong identifier", () => put({ id: UNKNOWN_USER }));
  await step("remove a wrong identifier", () => drop(UNKNOWN_USER));
  await step("create with a wrong identifier", () => rooms.createRoom({ participants: [{ id: UNKNOWN_USER }] }));
}

/** Everything that times can have wrong. */
async function times(rooms, id) {
  const create = (options) => () => rooms.createRoom(options);
  const update = (options) => () => rooms.updateRoom(id, options);
  await step("create, end past", create({ validFrom: days(-3), validUntil: days(-1) }));
  await step("create, end past alone", create({ validUntil: days(-1) }));
  await step("create, too long", create({ validFrom: days(0), validUntil: days(200) }));
  await step("create, start too far", create({ validFrom: days(190) }));
  await step("update, end past", update({ validFrom: days(-3), validUntil: days(-1) }));
  await step("update, too long", update({ validFrom: days(0), validUntil: days(200) }));
  await step("update, start too far", update({ validFrom: days(210), validUntil: days(200) }));
  await step("update, start alone", update({ validFrom: days(1) }));
  await step("update, end alone", update({ validUntil: days(1) }));
}

/** Ids that are none, and rooms that are not there. */
async function ids(rooms, id) {
  const update = (each) => () => rooms.updateRoom(each, { pstnDialOutEnabled: true });
  for (const [name, each] of [["short", "123"], ["letters", LETTERS]]) {
    await step(`get, ${name} id`, () => rooms.getRoom(each));
    await step(`update, ${name} id`, update(each));
    await step(`delete, ${name} id`, () => rooms.deleteRoom(each));
  }
  await step("get, unknown room", () => rooms.getRoom(UNKNOWN));
  await step("update, unknown room", update(UNKNOWN));
  await step("delete", () => rooms.deleteRoom(id));
  await step("get, deleted room", () => rooms.getRoom(id));
  await step("update, deleted room", update(id));
  await step("delete again", () => rooms.deleteRoom(id));
}

const people = await users();
const rooms = client(RoomsClient);
await listRooms(rooms);
const id = await oneRoom(rooms, people);
await participants(rooms, id, people);
await times(rooms, id);
await ids(rooms, id);
await step("wrong key", () => client(RoomsClient, { key: OTHER_KEY }).getRoom(UNKNOWN));
await step("unknown version", () => client(RoomsClient, withVersion("2020-01-01")).getRoom(UNKNOWN));
await step("malformed version", () => client(RoomsClient, withVersion("newest")).getRoom(UNKNOWN));
