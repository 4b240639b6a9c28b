/** The static picture of a Plotly figure, for readers without scripts: plotly.js in jsdom draws an SVG, resvg makes it a PNG. */
import { withTimeout } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { plotlySource, undrawnTypes } from "../../plot/index.ts";
import { type Canvas, canvasAddress, canvasContext } from "./canvas.ts";
import { pathLength, placeAt } from "./paths.ts";
import { fontSize, type SvgElement, textBox, textWidth } from "./text-boxes.ts";

/** A figure as a notebook keeps it. */
export interface DrawnFigure {
  readonly data: readonly object[];
  readonly layout?: { readonly width?: number; readonly height?: number; readonly [name: string]: unknown };
}

interface Plotly {
  toImage(figure: object, options: object): Promise<string>;
}
interface Page {
  readonly plotly: Plotly;
  /** Begins the page's random numbers anew: plotly.js draws the names of elements, and the same figure must be the same SVG. */
  seed(): void;
}

/** Width of a picture, in pixels, when its layout names none: a column of GitHub's page, where a wider one arrives cut. */
const WIDTH = 760;
let loading: Promise<Page> | undefined;

/**
 * Draws a figure as SVG. The first one takes a second or two, while plotly.js loads; the others some tenths.
 *
 * @throws USAGE for a figure of types that this plotly.js does not draw; TIMEOUT when it does not end; what plotly.js throws for a figure that is none
 */
export async function figureSvg(figure: DrawnFigure, signal?: AbortSignal): Promise<string> {
  const undrawn = undrawnTypes(figure.data);
  if (undrawn.length > 0)
    throw new StreambookError(
      "USAGE",
      `there is no picture of a figure with ${undrawn.join(", ")}: plotly.js draws it only with other parts`,
    );
  const page = await (loading ??= loadPage());
  page.seed();
  const size = pictureSize(figure);
  const copy = structuredClone({ data: figure.data, layout: { ...figure.layout, ...size } });
  const options = { format: "svg", ...size, imageDataOnly: true };
  const svg = await withTimeout("a figure to be drawn", 20_000, () => page.plotly.toImage(copy, options), signal);
  return svg.replaceAll("TOBESTRIPPED", "'"); // in browsers plotly.js strips this mark itself
}

/** Width and height of the picture of a figure, in pixels. */
export function pictureSize({ layout }: DrawnFigure): { readonly width: number; readonly height: number } {
  return { width: layout?.width ?? WIDTH, height: layout?.height ?? 380 };
}

/** Draws a figure as PNG on white, a pixel for each of its size: readers show a picture as large as it is, and cut what is wider than a column. */
export async function figurePng(figure: DrawnFigure, signal?: AbortSignal): Promise<Buffer> {
  const svg = await figureSvg(figure, signal);
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  return new Resvg(svg, { background: "white", font }).render().asPng();
}

/** A page with plotly.js, and the functions of a browser that jsdom lacks. */
async function loadPage(): Promise<Page> {
  const { JSDOM } = await import("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  Object.assign(window.URL, { createObjectURL: () => "blob:none", revokeObjectURL: () => undefined });
  const nothing = (): void => undefined;
  Object.assign(window, {
    matchMedia: () => ({ matches: false, addListener: nothing, addEventListener: nothing }),
  });
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: Canvas) {
      return canvasContext(this);
    },
    toDataURL(this: Canvas) {
      return canvasAddress(this);
    },
  });
  const boxOf = (element: SvgElement, within: SvgElement | undefined): ReturnType<typeof textBox> => {
    if (element.tagName !== "tspan") return textBox(element, within);
    const size = fontSize(element);
    return { x: 0, y: 0, width: textWidth(element.textContent ?? "", size), height: size * 1.2 };
  };
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SvgElement) {
      return boxOf(this, this);
    },
    getComputedTextLength(this: SvgElement) {
      return boxOf(this, this).width;
    },
    getTotalLength(this: SvgElement) {
      return pathLength(this.getAttribute("d") ?? "");
    },
    getPointAtLength(this: SvgElement, length: number) {
      return placeAt(this.getAttribute("d") ?? "", length);
    },
    getBoundingClientRect(this: SvgElement) {
      const box = boxOf(this, undefined);
      return { ...box, left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
    },
  });
  window.eval(await plotlySource());
  const seed = (): void => {
    let state = 1;
    window.Math.random = () => (state = (state * 16807) % 2147483647) / 2147483647; // Park and Miller's generator
  };
  return { plotly: window.Plotly, seed };
}
