// What became of an alert: follows its incident, and fetches the page's own parts anew when something moved.
import "./app.js";
import { heard, lost } from "./age.js";
import { setTime } from "./clock.js";
import { forgetDraft } from "./draft.js";
import { refetch } from "./refetch.js";
import { stayConnected } from "./socket.js";

const PATIENCE = 8000;
const EVERY = 1000; // at most once a second, however much arrives
const { incident, head } = document.getElementById("delivery").dataset;
let seen = Number(head);
let mark = null;

forgetDraft();

const renew = () => refetch(["delivery"], EVERY);

stayConnected({
  hello: () => ["enter", { incident, after: seen }],
  poll: () => fetch("/healthz", { signal: AbortSignal.timeout(PATIENCE) }).then((answer) => (answer.ok ? (heard("polling"), renew()) : lost()), lost),
  on: {
    entered: ({ at, head: now }) => {
      setTime(at);
      if (now > seen) renew();
      seen = Math.max(seen, now);
    },
    news: ({ seq }) => {
      seen = Math.max(seen, seq);
      renew();
    },
    pulse: ({ at, head: now, alerts }) => {
      setTime(at);
      if (now > seen || (mark !== null && alerts !== mark)) renew();
      seen = Math.max(seen, now);
      mark = alerts;
    },
  },
});
