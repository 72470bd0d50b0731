// Signing out takes away what was kept in this browser, and says beforehand if some of it was never saved.

import { forgetAll, holdsAnything } from "./kept.js";

if (document.querySelector("[data-is-signed-out]")) forgetAll();
const unsaved = document.querySelector("[data-unsaved]");
if (unsaved) unsaved.hidden = !holdsAnything();
