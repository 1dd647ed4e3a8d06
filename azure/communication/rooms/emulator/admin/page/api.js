// The admin API, by which the page does everything. Paths are relative to /_emulator/.

export class ApiError extends Error {}

export async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("The emulator does not respond. Is it running?");
  }
  const text = await response.text();
  const content = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const error = new ApiError(content?.error?.message ?? `The emulator responded with ${response.status}.`);
    error.status = response.status;
    throw error;
  }
  return content;
}

export const get = (path, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return call("GET", String(query) === "" ? path : `${path}?${query}`);
};

export const roomPath = (id, account, part = "") =>
  `rooms/${encodeURIComponent(id)}${part}${account ? `?account=${encodeURIComponent(account)}` : ""}`;
