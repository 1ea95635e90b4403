// What follows a draft that was sent: nothing of it need be kept on this device.
import { forgetDraft } from "./draft.js";
import "./follow.js";

forgetDraft();
