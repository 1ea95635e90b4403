// The war room: follows one incident, and shows who is here.
import "./app.js";
import "./layout.js";
import "./later.js";
import "./parts.js";
import { setTime } from "./clock.js";
import { flush } from "./composer.js";
import { apply, catchUp, lastSeen, start } from "./live.js";
import { morph } from "./morph.js";
import { stayConnected } from "./socket.js";
import "./tabs.js";
import "./folding.js";

const room = document.getElementById("room").dataset;

// The mark of everybody who is named on the page.
function markPresent() {
  const here = new Set([...document.querySelectorAll("#presence [data-person]")].map((each) => each.dataset.person));
  for (const { classList, dataset } of document.querySelectorAll(".here[data-person]")) {
    classList.toggle("dim", !classList.toggle("ok", here.has(dataset.person)));
  }
}

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
    pulse: async ({ at, head, present, regions }) => {
      setTime(at);
      if (head > lastSeen()) catchUp();
      for (const [id, html] of Object.entries({ ...regions, presence: present })) {
        const region = document.getElementById(id);
        if (region && html) await morph(region, html);
      }
      markPresent();
    },
  },
});
