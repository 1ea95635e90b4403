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
  const answer = await post(address, fields, key);
  if (!answer) return { unknown: true };
  const told = await answer.json().catch((why) => why instanceof SyntaxError && {}); // else the line broke within the answer
  if (answer.ok && told.ok) return { done: true };
  if (answer.ok || !told) return { unknown: true };
  if (answer.status === 401) return { unknown: true, signedOut: true };
  return { refused: Object.values(told.fields ?? {})[0] ?? told.why ?? String(answer.status) };
}

/** What the server answers to `fields` under `key`; null when nobody knows whether they arrived. */
export async function post(address, fields, key) {
  const answer = await postOnce(address, fields, key);
  if (answer?.status !== 400) return answer;
  return (await renewToken()) ? postOnce(address, fields, key) : null;
}

async function postOnce(address, fields, key) {
  const body = new URLSearchParams(fields);
  body.set("_key", key);
  body.set("csrf_token", token().content);
  const headers = { Accept: "application/json", "Idempotency-Key": key, "X-CSRFToken": token().content };
  const answer = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  return !answer || answer.status >= 500 || answer.status === 429 ? null : answer;
}

/** Whether the page has the token of this session now: somebody may have signed in anew beside it. */
export async function renewToken() {
  const asked = fetch(location.pathname, { headers: { Accept: "text/html" } });
  const html = await asked.then((answer) => answer.ok && answer.text()).catch(() => null);
  if (!html) return false;
  const page = new DOMParser().parseFromString(html, "text/html");
  if (page.body.dataset.me !== document.body.dataset.me) return location.reload(); // it is somebody else's now
  token().content = page.querySelector("meta[name=csrf-token]")?.content ?? token().content;
  return true;
}
