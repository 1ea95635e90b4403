// Keeps the clocks going by the server's time: how long an incident runs, the local time, UTC.
let skew = 0; // how far the server is ahead of this device, in milliseconds
const writers = new Map();

/** The server says it is `iso` now. */
export function setTime(iso) {
  if (iso) skew = Date.parse(iso) - Date.now();
}

function writer(zone) {
  const shape = { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  if (!writers.has(zone)) writers.set(zone, new Intl.DateTimeFormat("en-GB", shape));
  return writers.get(zone);
}

const two = (n) => String(Math.floor(n)).padStart(2, "0");

function since(iso, now) {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function tick() {
  const now = Date.now() + skew;
  for (const place of document.querySelectorAll("[data-since]")) place.textContent = since(place.dataset.since, now);
  for (const place of document.querySelectorAll("[data-clock]")) place.textContent = writer(place.dataset.clock).format(now);
  for (const place of document.querySelectorAll("[data-clock-utc]")) place.textContent = `UTC ${writer("UTC").format(now).slice(0, 5)}`;
}

setTime(document.querySelector("[data-clock]")?.dateTime);
tick();
setInterval(tick, 1000);
