/** Where text stands in an SVG: plotly.js asks the browser, and jsdom measures nothing. Widths are estimated from letters. */

/** A point, in pixels. */
type Point = readonly [x: number, y: number];
/** An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** A box around something, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An element of the page, as far as its text is measured. */
export interface SvgElement {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly parentElement: SvgElement | null;
  readonly style: { readonly fontSize: string; readonly textAnchor: string };
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  closest(selector: string): SvgElement | null;
}

/** Letters of DejaVu Sans, the font of the pictures, with their width in parts of the font size. */
const WIDTHS: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[mW@%]/, 0.97],
  [/[wM]/, 0.84],
  [/[ijlIJ'|]/, 0.29],
  [/[tfr.,:;()[\]!/ \u00a0-]/, 0.36],
  [/[A-Z]/, 0.7],
  [/[sczkL]/, 0.54],
];

/** Estimates the width of a line of text, in pixels, within some hundredths: less would cut a legend. */
export function textWidth(text: string, size: number): number {
  const widths = [...text].map((letter) => WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? 0.62);
  return widths.reduce((sum, width) => sum + width, 0) * size;
}

/** The box around all text of an element, in the coordinates of `within`; of the page, when that is undefined. */
export function textBox(element: SvgElement, within: SvgElement | undefined): Box {
  const texts = element.tagName === "text" ? [element] : [...element.querySelectorAll("text")];
  const points = texts.filter(({ textContent }) => textContent !== "").flatMap((text) => corners(text, within));
  if (points.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The size of an element's letters, in pixels. */
export function fontSize(element: SvgElement): number {
  const styled = element.closest("[style*=font-size]");
  return Number.parseFloat(element.style.fontSize || styled?.style.fontSize || "12");
}

/** The corners of one text, moved by the transforms of all that it stands in. */
function corners(text: SvgElement, within: SvgElement | undefined): Point[] {
  let points = ownCorners(text);
  for (let at: SvgElement | null = text; at !== null && at !== within; at = at.parentElement) {
    const matrix = matrixOf(at.getAttribute("transform") ?? "");
    points = points.map((point) => apply(matrix, point));
  }
  return points;
}

function ownCorners(text: SvgElement): Point[] {
  const size = fontSize(text);
  const spans = [...text.querySelectorAll("tspan.line")];
  const lines = spans.length > 0 ? spans : [text];
  const width = Math.max(...lines.map((line) => textWidth(line.textContent ?? "", size)));
  const height = size * (1.2 + 1.3 * (lines.length - 1));
  const anchor = text.style.textAnchor || text.getAttribute("text-anchor");
  const share = anchor === "end" ? 1 : anchor === "middle" ? 0.5 : 0;
  const left = Number(text.getAttribute("x") ?? 0) - width * share;
  const top = Number(text.getAttribute("y") ?? 0) - size * 0.95;
  return [
    [left, top],
    [left + width, top],
    [left, top + height],
    [left + width, top + height],
  ];
}

function apply([a, b, c, d, e, f]: Matrix, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

function multiply(first: Matrix, [a, b, c, d, e, f]: Matrix): Matrix {
  const [p, q, r, s, t, u] = first;
  return [p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d, p * e + r * f + t, q * e + s * f + u];
}

/** The map of a `transform` attribute. */
function matrixOf(transform: string): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, values = ""] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [x = 0, y, z = 0] = values.split(/[\s,]+/).map(Number);
    if (name === "translate") matrix = multiply(matrix, [1, 0, 0, 1, x, y ?? 0]);
    if (name === "scale") matrix = multiply(matrix, [x, 0, 0, y ?? x, 0, 0]);
    if (name === "rotate") {
      const [cosine, sine] = [Math.cos((x * Math.PI) / 180), Math.sin((x * Math.PI) / 180)];
      const turned = multiply([1, 0, 0, 1, y ?? 0, z], [cosine, sine, -sine, cosine, 0, 0]);
      matrix = multiply(matrix, multiply(turned, [1, 0, 0, 1, -(y ?? 0), -z]));
    }
  }
  return matrix;
}
