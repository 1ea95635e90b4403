// Keeps a socket open: a one-time ticket, WebSocket only, half a second to eight between attempts. While there is none,
// it asks over HTTP every three seconds, so a network that blocks sockets costs comfort and no line.
import { heard, lost, silence } from "./age.js";
import "./due.js";
import { renewToken } from "./send.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const POLL_EVERY = 3000;
const SILENT_AFTER = 25; // seconds; the pulse comes every ten
const LONG_HIDDEN = 60000;
const PATIENCE = 8000;
const LEAVE = { signed_out: `/signin?next=${encodeURIComponent(location.pathname)}`, not_yours: "/", not_found: "/" };
let socket = null;
let wait = FIRST_WAIT;
let timer = 0;
let turn = 0;
let hiddenAt = Infinity;

export const isLive = () => socket?.connected && socket.entered;

/** Stay in what `hello()` says ([event, message]); `on`: what to do with each event; `poll`: fetch what was missed. */
export function stayConnected({ hello, on, poll }) {
  const soon = () => {
    clearTimeout(timer);
    const next = wait * (0.7 + Math.random() * 0.6);
    lost({ wait: next });
    timer = setTimeout(attempt, next);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
  const attempt = async () => {
    clearTimeout(timer);
    socket?.off().close();
    const mine = ++turn;
    const [ticket, io] = await Promise.all([fetchTicket(), fetchClient()]);
    if (mine !== turn) return; // another attempt began meanwhile
    if (!ticket || !io) return soon();
    socket = io({ transports: ["websocket"], auth: { ticket }, reconnection: false, forceNew: true, timeout: PATIENCE });
    for (const [event, act] of Object.entries(on)) socket.on(event, (told) => (heard("live"), act(told)));
    socket.io.on("ping", () => heard("live"));
    socket.on("evicted", ({ why }) => leave(why));
    socket.on("connect_error", soon);
    socket.on("disconnect", soon);
    socket.on("connect", () => enter(socket, hello, on.entered).catch(() => socket.close()));
  };
  const retry = () => ((wait = FIRST_WAIT), attempt());
  setInterval(() => isLive() || poll(), POLL_EVERY);
  setInterval(() => isLive() && silence() > SILENT_AFTER && (lost({ silently: true }), retry()), 1000);
  addEventListener("online", retry);
  addEventListener("offline", () => lost());
  document.addEventListener("visibilitychange", () => {
    const slept = performance.now() - hiddenAt;
    hiddenAt = document.hidden ? performance.now() : Infinity;
    if (!document.hidden && (!isLive() || slept > LONG_HIDDEN)) retry();
  });
  for (const button of document.querySelectorAll("[data-retry]")) button.addEventListener("click", () => (poll(), retry()));
  attempt();
}

async function enter(opened, hello, entered) {
  const answer = await opened.timeout(PATIENCE).emitWithAck(...hello());
  if (!answer.ok) throw leave(answer.code); // or it would stay connected, and hear nothing
  opened.entered = true;
  wait = FIRST_WAIT;
  heard("live");
  entered?.(answer);
}

// The largest script of a room comes last: nobody needs it to read, to write or to press a button.
const fetchClient = () => import("../vendor/socket.io.js").then(({ io }) => io, () => null);

async function fetchTicket() {
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, Accept: "application/json" };
  const answer = await fetch("/ws-ticket", { method: "POST", headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (answer?.status === 401) return leave("signed_out");
  if (answer?.status === 400) await renewToken(); // for the next attempt
  return answer?.ok ? answer.json().then(({ ticket }) => ticket, () => null) : null;
}

function leave(code) {
  if (LEAVE[code]) location.assign(LEAVE[code]);
}
