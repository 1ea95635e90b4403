// The dashboard: when something changed in an incident one may follow, its list is fetched again.
import "./app.js";
import { ifAlive } from "./alive.js";
import { setTime } from "./clock.js";
import "./opening.js";
import { refetch } from "./refetch.js";
import { stayConnected } from "./socket.js";

const renew = () => refetch(["now", "waiting"], 500);

stayConnected({
  hello: () => ["enter_office", {}],
  poll: () => ifAlive(renew),
  on: { entered: ({ at }) => (setTime(at), renew()), changed: renew },
});
