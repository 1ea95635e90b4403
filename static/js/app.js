// What every page needs: dialogs, forms that lose nothing, shortcuts, clocks, buttons that know whether the server is there, the theme.
import "./clock.js";
import "./dialogs.js";
import "./forms.js";
import "./keys.js";
import "./offline.js";

if (document.querySelector("[data-theme-switch]")) import("./theme.js");
if (document.querySelector(".langs")) import("./switching.js");
if (document.getElementById("error-summary")) import("./summary.js");
