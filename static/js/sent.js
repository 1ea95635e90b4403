// What follows a draft that was sent: nothing of it need be kept on this device.
import "./app.js";
import { forgetDraft } from "./draft.js";

forgetDraft();
