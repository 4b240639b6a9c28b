/** The picture that goes with a link to a page when it is shared: 1200 × 630 pixels, its letters from fonts of our own. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { escapeHtml, themes, wrapLines } from "../lib/src/plot/index.ts";

const SIZE = { width: 1200, height: 630 };

/** KaTeX brings fonts as files that resvg reads: a card looks the same on every machine. */
const fontFiles = ((): string[] => {
  const folder = join(dirname(createRequire(import.meta.url).resolve("katex")), "fonts");
  return readdirSync(folder)
    .filter((name) => /^KaTeX_(Main|SansSerif)-(Regular|Bold)\.ttf$/.test(name))
    .map((name) => join(folder, name));
})();

/** Draws a card as PNG. */
export async function cardPng(card: { number: string; title: string; summary: string }): Promise<Buffer> {
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: "KaTeX_Main" };
  return new Resvg(cardSvg(card), { font }).render().asPng();
}

function cardSvg({ number, title, summary }: { number: string; title: string; summary: string }): string {
  const { dark } = themes;
  const titleLines = wrapLines(title, 30).slice(0, 3);
  const all = wrapLines(summary, 74);
  const lines = all.length > 4 ? [...all.slice(0, 3), `${all[3] ?? ""} …`] : all;
  const top = 236;
  const below = top + titleLines.length * 78 + 6;
  const text = (x: number, y: number, style: string, content: string): string =>
    `<text x="${x}" y="${y}" ${style}>${escapeHtml(content)}</text>`;
  const sans = (size: number, fill: string): string =>
    `font-family="KaTeX_SansSerif" font-size="${size}" fill="${fill}"`;
  // Waves across the foot: the stream.
  const wave = (y: number, opacity: number): string =>
    `<path d="M-20 ${y}${Array.from({ length: 14 }, (_, at) => `q 45 ${at % 2 === 0 ? -26 : 26} 90 0`).join(" ")}" fill="none" stroke="${dark.accent}" stroke-width="5" opacity="${opacity}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}">
<rect width="100%" height="100%" fill="${dark.page}"/>
${[548, 580, 612].map((y, at) => wave(y, 0.5 - at * 0.14)).join("")}
${text(80, 118, sans(34, dark.accent), number === "" ? "streambook" : `streambook   lesson ${number}`)}
${titleLines.map((line, at) => text(80, top + at * 78, `font-family="KaTeX_Main" font-weight="700" font-size="70" fill="${dark.ink}"`, line)).join("")}
${lines.map((line, at) => text(80, below + at * 42, sans(30, dark.muted), line)).join("")}
</svg>`;
}
