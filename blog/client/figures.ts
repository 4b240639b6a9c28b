/** Figures come alive when they are scrolled to: plotly.js and the figure's numbers are loaded then, and drawn in the theme of the page. */
import { wrapLines } from "../../lib/src/plot/markup.ts";
import type { JsonObject } from "../../lib/src/plot/figure.ts";
import { inTheme, type KeptFigure } from "./figure-theme.ts";

interface Plotly {
  react(place: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

declare global {
  var Plotly: Plotly | undefined;
  var streambookFigure: (name: string, figure: KeptFigure) => void;
}

const own = document.currentScript as HTMLScriptElement;
/** Width below which a figure is laid out for a phone, and the least width of one with many parts. */
const NARROW = 560;
const CROWDED = 600;

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
  const { data, layout, config } = fitted(inTheme(entry.kept, dark === "dark" ? "dark" : "light"), room);
  await globalThis.Plotly?.react(entry.place, data, layout, config);
  // What is wider than its frame is scrolled, by the keyboard as well.
  const frameOf = entry.place.parentElement;
  if (((layout as JsonObject)["width"] as number) > room) frameOf?.setAttribute("tabindex", "0");
  else frameOf?.removeAttribute("tabindex");
}

/** A figure laid out for the room there is: its title in lines that fit, its legend below on a phone. */
function fitted(figure: KeptFigure & { layout: JsonObject }, room: number): KeptFigure {
  const { layout } = figure;
  const width = crowded(layout) ? Math.max(room, CROWDED) : room;
  const height = typeof layout["height"] === "number" ? layout["height"] : 380;
  const title = titleText(layout["title"]);
  const lines = wrapLines(title, Math.max(18, Math.floor((width - 32) / 8.4)));
  const added = Math.max(0, lines.length - 1) * 21;
  const margin = { ...templateMargin(layout), ...(layout["margin"] as JsonObject | undefined) } as Record<
    string,
    number
  >;
  const narrow = width < NARROW;
  const legend = (layout["legend"] ?? {}) as JsonObject;
  const traces = figure.data as readonly { name?: unknown; showlegend?: unknown }[];
  const names = traces.flatMap(({ name, showlegend }) =>
    typeof name === "string" && showlegend !== false ? [name] : [],
  );
  const rows = narrow && layout["showlegend"] !== false && names.length > 1 ? legendRows(names, width) * 20 + 24 : 0;
  return {
    data: figure.data,
    config: { ...figure.config, responsive: false },
    layout: {
      ...layout,
      width,
      autosize: false,
      height: height + added + rows,
      margin: {
        ...margin,
        t: (margin["t"] ?? 64) + added,
        ...(narrow && { l: Math.min(margin["l"] ?? 72, 52), r: Math.min(margin["r"] ?? 24, 14) }),
        ...(rows > 0 && { b: (margin["b"] ?? 64) + rows }),
      },
      ...(narrow && shortAxisTitles(layout, width)),
      ...(title !== "" && { title: { ...(layout["title"] as JsonObject), text: lines.join("<br>") } }),
      ...(rows > 0 && {
        legend: { ...legend, orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0.01, yanchor: "bottom" },
      }),
      // A finger that moves over a figure scrolls the page: it does not zoom.
      dragmode: matchMedia("(pointer: coarse)").matches ? false : (layout["dragmode"] ?? "zoom"),
    },
  };
}

/** The titles of the horizontal axes in lines that fit. */
function shortAxisTitles(layout: JsonObject, width: number): JsonObject {
  const axes = Object.entries(layout).flatMap(([key, axis]): [string, JsonObject][] => {
    const { title } = (axis ?? {}) as { title?: JsonObject };
    const text = /^xaxis\d*$/.test(key) ? titleText(title) : "";
    if (text === "") return [];
    const lines = wrapLines(text, Math.floor((width - 150) / 7)).join("<br>");
    return [[key, { ...(axis as JsonObject), title: { ...(typeof title === "object" ? title : {}), text: lines } }]];
  });
  return Object.fromEntries(axes);
}

/** Lines that a legend below a figure takes: an entry is as wide as the longest. */
function legendRows(names: readonly string[], width: number): number {
  const entry = 56 + 7 * Math.max(...names.map((name) => name.length));
  return Math.ceil(names.length / Math.max(1, Math.floor((width - 16) / entry)));
}

/** Whether a figure has so many panels or labels that a phone's width would press them together. */
function crowded(layout: JsonObject): boolean {
  const panels = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).length;
  const annotations = layout["annotations"];
  return panels > 2 || (Array.isArray(annotations) && annotations.length > 3);
}

function templateMargin(layout: JsonObject): JsonObject {
  const template = layout["template"] as { layout?: { margin?: JsonObject } } | undefined;
  return { l: 72, r: 24, t: 64, b: 64, ...template?.layout?.margin };
}

function titleText(title: unknown): string {
  const text = typeof title === "string" ? title : (title as { text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text.replace(/<br\s*\/?>/g, " ") : "";
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
