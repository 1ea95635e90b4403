// Opening an incident: its kind follows its title until somebody chooses one, and never afterwards.
import "./app.js";

const kind = document.getElementById("opening-hazard");
const suggested = () => document.getElementById("suggested");
let isChosen = Boolean(kind?.value) && kind.value !== suggested().dataset.hazard;

function follow() {
  const { hazard } = suggested().dataset;
  if (!isChosen) kind.value = hazard;
  suggested().hidden = !hazard || kind.value !== hazard;
}

kind?.addEventListener("change", () => {
  isChosen = true;
  follow();
});
if (kind) document.addEventListener("htmx:after:swap", follow);
