// The shell of every page: keys, palette, explanations, drafts, preferences, toasts.
import "./js/htmx.js";
import { startFields } from "./js/fields.js";
import { startKeys } from "./js/keys.js";
import { startLayers } from "./js/layers.js";
import { startDrafts } from "./js/drafts.js";
import { startExplain } from "./js/explain.js";
import { startLeaving } from "./js/leaving.js";
import { startPalette } from "./js/palette.js";
import { startPreferences } from "./js/preferences.js";
import { startToasts } from "./js/toasts.js";

startKeys();
startLayers();
startDrafts();
startExplain();
startFields();
startLeaving();
startPalette();
startPreferences();
startToasts();
document.querySelector("[data-print]")?.addEventListener("click", () => print());
