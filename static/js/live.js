// Applies what the journal says, in order and once: by socket or by asking, through the same function.
import { arrived, heard, lost } from "./age.js";
import { morph } from "./morph.js";
import { addLine } from "./news.js";
import { refetch } from "./refetch.js";

const PATIENCE = 8000;
const early = new Map(); // packets that came before the ones they follow
const asOf = new Map(); // for each region, the line it is as of
let address = "";
let head = 0;
let asking = null;

/** Begin with a page of the incident `ref` that shows everything up to line `seq`. */
export function start(ref, seq) {
  address = `/i/${ref}/since/`;
  head = seq;
}

export const lastSeen = () => head;

/** Take one packet; a line that is missing before it is fetched first. */
export async function apply(packet) {
  if (packet.seq > head + 1) {
    early.set(packet.seq, packet);
    catchUp();
    return;
  }
  if (packet.seq <= head) return;
  head = packet.seq;
  addLine(packet.entry, arrived());
  await renew(packet.regions);
  if (packet.mine.length) refetch(packet.mine);
  const next = early.get(head + 1);
  for (const seq of early.keys()) if (seq <= head) early.delete(seq);
  if (next) await apply(next);
}

/** Fetch everything after the last line seen; asked again while it runs, it runs once. */
export function catchUp() {
  asking ??= fetchMissed().finally(() => (asking = null));
  return asking;
}

async function fetchMissed() {
  for (let more = true; more; ) {
    const answer = await fetch(address + head, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (answer?.status === 401 || answer?.status === 404) return location.assign("/");
    const told = answer?.ok && (await answer.json().catch(() => null)); // a line may break within an answer, too
    if (!told) return lost();
    heard("polling");
    for (const packet of told.packets) await apply(packet);
    more = told.more && told.packets.length > 0;
  }
}

async function renew(regions) {
  for (const [id, { as_of, html }] of Object.entries(regions)) {
    const region = document.getElementById(id);
    if (!region || as_of < (asOf.get(id) ?? 0)) continue;
    asOf.set(id, as_of);
    await morph(region, html);
  }
}
