// The war room: follows one incident.
import "./app.js";
import "./parts.js";
import { setTime } from "./clock.js";
import { flush } from "./composer.js";
import { apply, catchUp, lastSeen, start } from "./live.js";
import { morph } from "./morph.js";
import { markPresent, showPresent } from "./presence.js";
import { stayConnected } from "./socket.js";
import "./tabs.js";
import "./folding.js";
import "./layout.js";
import "./later.js";

const room = document.getElementById("room").dataset;

start(room.ref, Number(room.head));
markPresent();
stayConnected({
  hello: () => ["enter", { incident: room.incident, after: lastSeen() }],
  poll: catchUp,
  on: {
    entered: (answer) => {
      setTime(answer.at);
      if (answer.head > lastSeen()) catchUp();
      flush();
    },
    news: apply,
    pulse: ({ at, head, present, regions }) => {
      setTime(at);
      showPresent(present);
      for (const [id, html] of Object.entries(regions)) {
        const region = document.getElementById(id);
        if (region) morph(region, html);
      }
      if (head > lastSeen()) catchUp();
    },
  },
});
