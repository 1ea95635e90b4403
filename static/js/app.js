// What every page needs: dialogs, forms that lose nothing, shortcuts, clocks, the theme.
import "./clock.js";
import "./dialogs.js";
import "./forms.js";
import "./keys.js";
import "./theme.js";
