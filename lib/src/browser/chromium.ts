/** The Chromium of the system, or one named by `CHROMIUM`: where it is, and how it is started. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser } from "playwright-core";
import { StreambookError } from "../errors/index.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** What is missing where there is no browser, and how to get it. */
export const NO_CHROMIUM =
  "no Chromium; Debian, Ubuntu: sudo apt-get install -y chromium; elsewhere set CHROMIUM to its path";

/** Path of a Chromium, if there is one. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment["PATH"] ?? "").split(delimiter);
  const candidates = [
    environment["CHROMIUM"] ?? "",
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...PLACES,
  ];
  return candidates.find((file) => file !== "" && isProgram(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the browser, without its own calls to the outside. @throws SETUP_MISSING when there is none */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new StreambookError("SETUP_MISSING", NO_CHROMIUM);
  const { chromium } = await import("playwright-core"); // here, because it takes a while to load
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // its sandbox refuses root
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath, args: [...root, ...quiet] });
}
