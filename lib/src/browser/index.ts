/** A real browser without a window, for pictures of pages: the Chromium of the system. */
export { findChromium, NO_CHROMIUM, openBrowser } from "./chromium.ts";
