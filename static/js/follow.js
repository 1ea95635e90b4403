// A page that follows its incident: when something moved there, the parts that #follow names are fetched anew. Where the page
// has become another one meanwhile, that is opened, or said to whoever has something here to lose.
import "./app.js";
import { ifAlive } from "./alive.js";
import { announce, MINE } from "./announce.js";
import { setTime } from "./clock.js";
import { refetch } from "./refetch.js";
import { stayConnected } from "./socket.js";

const LEAVING = 8000; // ms
const EVERY = 1000; // at most once a second, however much arrives
const FIELDS = "textarea, select, input:not([type=hidden])";
const root = document.getElementById("follow");
let isLeaving = false; // whoever goes elsewhere is not held back by what is opened anew

if (root) follow({ ...root.dataset });

function follow({ incident, head, page, parts, counts, stays }) {
  let seen = Number(head);
  let mark = null;
  const renew = () => refetch(["follow", ...parts.split(" ")], EVERY);
  stayConnected({
    hello: () => ["enter", { incident, after: seen }],
    poll: () => ifAlive(renew),
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
        const isCounted = counts !== undefined && mark !== null && alerts !== mark;
        if (now > seen || isCounted) renew();
        seen = Math.max(seen, now);
        mark = alerts;
      },
    },
  });
  document.addEventListener("nasaq:fetched", () => root.dataset.page === page || moved(stays !== undefined));
}

addEventListener("beforeunload", () => {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), LEAVING); // a file to download leads nowhere
});

function moved(stays) {
  if (isLeaving) return;
  if (!stays && !isWritten()) return location.reload();
  root.hidden = false;
  announce(MINE, "moved", root.textContent.trim());
}

const isWritten = () => document.activeElement.matches(FIELDS) || [...document.querySelectorAll(FIELDS)].some((each) => each.value !== each.defaultValue && !each.matches("select"));
