// Keeps the clocks going by the server's time: how long an incident runs, the local time, UTC.
import { digits } from "./digits.js";

let skew = 0; // how far the server is ahead of this device, in milliseconds
const writers = new Map();

/** The server says it is `iso` now. */
export function setTime(iso) {
  if (iso) skew = Date.parse(iso) - Date.now();
}

/** The time by the server, in milliseconds. */
export const serverNow = () => Date.now() + skew;

function writer(zone) {
  const shape = { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  if (!writers.has(zone)) writers.set(zone, new Intl.DateTimeFormat("en-GB", shape));
  return writers.get(zone);
}

const two = (n) => String(Math.floor(n)).padStart(2, "0");

function since(iso, now) {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  return digits(`${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`);
}

// Until a moment: 12:46, or 1:12:46; when it is past, how long ago it was.
function until(place, now) {
  const left = Date.parse(place.dataset.until) - now;
  const seconds = Math.abs(left) / 1000;
  place.classList.toggle("over", left <= 0);
  place.classList.toggle("soon", left > 0 && left <= 300_000);
  const rest = `${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return digits((left > 0 ? "" : "+") + (seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`));
}

// For how long something has been waiting, in whole minutes.
function waited(place, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(place.dataset.for)) / 60000));
  return minutes < 60 ? place.dataset.words.replace("#", digits(minutes)) : place.textContent;
}

function tick() {
  const now = serverNow();
  for (const place of document.querySelectorAll("[data-since]")) place.textContent = since(place.dataset.since, now);
  for (const place of document.querySelectorAll("[data-until]")) place.textContent = until(place, now);
  for (const place of document.querySelectorAll("[data-for]")) place.textContent = waited(place, now);
  for (const place of document.querySelectorAll("[data-clock]")) place.textContent = digits(writer(place.dataset.clock).format(now));
  for (const place of document.querySelectorAll("[data-clock-utc]")) place.textContent = digits(`UTC ${writer("UTC").format(now).slice(0, 5)}`);
}

setTime(document.querySelector("[data-clock]")?.dateTime);
tick();
setInterval(tick, 1000);
