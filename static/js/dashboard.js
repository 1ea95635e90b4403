// The dashboard: when something changed in an incident one may follow, its list is fetched again.
import "./app.js";
import { heard, lost } from "./age.js";
import { setTime } from "./clock.js";
import "./opening.js";
import { refetch } from "./refetch.js";
import { stayConnected } from "./socket.js";

const PATIENCE = 8000;
const renew = () => refetch(["now", "waiting"], 500);

stayConnected({
  hello: () => ["enter_office", {}],
  poll: () => fetch("/healthz", { signal: AbortSignal.timeout(PATIENCE) }).then((answer) => (answer.ok ? (heard("polling"), renew()) : lost()), lost),
  on: { entered: ({ at }) => (setTime(at), renew()), changed: renew },
});
