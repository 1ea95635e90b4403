// Sends a form without leaving the page, and tells apart: done, refused, and "nobody knows".
const PATIENCE = 8000;
const token = () => document.querySelector("meta[name=csrf-token]");

/** A name for one sending. Works without https too, where browsers lack randomUUID. */
export function newKey() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Post `fields` once under `key`: {done} or {refused: why} or {unknown: true}. Asking again with the same key does it once. */
export async function send(address, fields, key) {
  let answer = await post(address, fields, key);
  if (answer?.status === 400 && (await renewToken())) answer = await post(address, fields, key);
  if (!answer) return { unknown: true };
  const told = await answer.json().catch(() => ({}));
  if (answer.ok && told.ok) return { done: true };
  if (answer.status === 401) return { unknown: true, signedOut: true };
  return { refused: Object.values(told.fields ?? {})[0] ?? told.why ?? String(answer.status) };
}

/** What the server answers to `fields` under `key`; null when nobody knows whether they arrived. */
export async function post(address, fields, key) {
  const body = new URLSearchParams(fields);
  body.set("_key", key);
  body.set("csrf_token", token().content);
  const headers = { Accept: "application/json", "Idempotency-Key": key, "X-CSRFToken": token().content };
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(address, { method: "POST", body, headers, signal }).catch(() => null);
  return !answer || answer.status >= 500 || answer.status === 429 ? null : answer;
}

async function renewToken() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  token().content = page.querySelector("meta[name=csrf-token]")?.content ?? token().content;
  return true;
}
