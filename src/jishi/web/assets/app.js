// The shell of every page: keys, palette, explanations, preferences, toasts.
import "./js/htmx.js";
import { startKeys } from "./js/keys.js";
import { startLayers } from "./js/layers.js";
import { startExplain } from "./js/explain.js";
import { startPalette } from "./js/palette.js";
import { startPreferences } from "./js/preferences.js";
import { startToasts } from "./js/toasts.js";

startKeys();
startLayers();
startExplain();
startPalette();
startPreferences();
startToasts();
