// Whether the server is there, asked by pages that fetch their own parts while no socket tells them.
import { heard, lost } from "./age.js";

const PATIENCE = 8000;

/** Ask, and do `act` where it answers. */
export const ifAlive = (act) =>
  fetch("/healthz", { signal: AbortSignal.timeout(PATIENCE) }).then((answer) => (answer.ok ? (heard("polling"), act()) : lost()), lost);
