/** Figures come alive when they are scrolled to: plotly.js and the figure's numbers are loaded then, and drawn in the theme of the page. */
import { fitted } from "./figure-size.ts";
import { inTheme, type KeptFigure } from "./figure-theme.ts";

interface Plotly {
  react(place: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

declare global {
  var Plotly: Plotly | undefined;
  var streambookFigure: (name: string, figure: KeptFigure) => void;
}

const own = document.currentScript as HTMLScriptElement;
/** Whether a finger points: it scrolls the page where a mouse would zoom. */
const COARSE = matchMedia("(pointer: coarse)").matches;

const figures = new Map<string, KeptFigure>();
const alive = new Map<HTMLElement, { readonly place: HTMLElement; readonly kept: KeptFigure; width: number }>();
globalThis.streambookFigure = (name, figure) => void figures.set(name, figure);

const loading = new Map<string, Promise<void>>();
function load(src: string): Promise<void> {
  const known = loading.get(src);
  if (known !== undefined) return known;
  const script = document.createElement("script");
  const done = new Promise<void>((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${src} could not be loaded`)));
  });
  script.src = src;
  document.head.append(script);
  loading.set(src, done);
  return done;
}

async function enliven(frame: HTMLElement): Promise<void> {
  const name = frame.dataset["figure"] ?? "";
  await Promise.all([load(own.dataset["plotly"] ?? ""), load(`figures/${encodeURIComponent(name)}.js`)]);
  const kept = figures.get(name);
  if (kept === undefined || alive.has(frame)) return;
  const place = document.createElement("div");
  place.className = "plot";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", frame.dataset["title"] ?? "");
  place.setAttribute("aria-describedby", `${frame.id}-words`);
  const live = document.createElement("div");
  live.className = "live";
  live.append(place);
  frame.querySelector(".still")?.after(live);
  const entry = { place, kept, width: 0 };
  await draw(frame, entry);
  alive.set(frame, entry);
  frame.dataset["alive"] = "yes";
  sizes.observe(frame);
}

async function draw(frame: HTMLElement, entry: { place: HTMLElement; kept: KeptFigure; width: number }): Promise<void> {
  const room = (frame.querySelector(".live")?.clientWidth ?? 0) || frame.clientWidth;
  if (room === 0) return;
  entry.width = room;
  const root = document.documentElement;
  const dark = root.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const { data, layout, config } = fitted(inTheme(entry.kept, dark === "dark" ? "dark" : "light"), room, COARSE);
  await globalThis.Plotly?.react(entry.place, data, layout, config);
  // What is wider than its frame is scrolled, by the keyboard as well.
  const frameOf = entry.place.parentElement;
  if ((layout["width"] as number) > room) frameOf?.setAttribute("tabindex", "0");
  else frameOf?.removeAttribute("tabindex");
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const entry = alive.get(target as HTMLElement);
    const room = target.querySelector(".live")?.clientWidth ?? 0;
    if (entry !== undefined && room !== 0 && room !== entry.width) void draw(target as HTMLElement, entry);
  }
});

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      enliven(target as HTMLElement).catch(() => undefined); // the picture stays
    }
  },
  { rootMargin: "200px" },
);
for (const frame of document.querySelectorAll("[data-figure]")) seen.observe(frame);
addEventListener("streambook-theme", () => {
  for (const [frame, entry] of alive) void draw(frame, entry);
});
