/**
 * The one place for colours. Each theme has its own values, chosen for its own background: nothing is inverted.
 *
 * The cluster colours were searched for (random restarts of a local search in OKLCH) so that the closest two of the ten
 * stay apart for normal sight and for the three dichromacies (Machado et al. 2009), at 3:1 or more against the surface;
 * a test measures both. Symbols repeat the distinction for those who print in grey.
 */

/** The two looks of everything that is drawn. */
export type ThemeName = "light" | "dark";

/** The colours of one theme, as `#rrggbb`. */
export interface Theme {
  /** Behind everything. */
  readonly page: string;
  /** Of cards and figures. */
  readonly surface: string;
  /** Of text. */
  readonly ink: string;
  /** Of text of less weight; still 4.5:1 on page and surface. */
  readonly muted: string;
  /** Of hair lines and grids. */
  readonly line: string;
  /** Of links, bars and the current of the stream. */
  readonly accent: string;
  /** Of what came out well. */
  readonly good: string;
  /** Of what needs a look. */
  readonly notice: string;
  /** Of what failed. */
  readonly bad: string;
  /** Of the clusters, by id; {@link clusterColour} repeats them. */
  readonly clusters: readonly string[];
  /** Of quantities, from nothing to most. */
  readonly scale: readonly string[];
}

/** The colours of both themes. */
export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    page: "#f6f7f9",
    surface: "#ffffff",
    ink: "#17222d",
    muted: "#566472",
    line: "#dde2e8",
    accent: "#1b6a92",
    good: "#1a7346",
    notice: "#8a5a00",
    bad: "#b3261e",
    clusters: [
      "#1795fa",
      "#dd6f23",
      "#599576",
      "#7a1b52",
      "#7e53bc",
      "#176f7c",
      "#454605",
      "#c76ac0",
      "#905845",
      "#2f4087",
    ],
    scale: ["#f4f7fa", "#cfe1ec", "#8fbdd6", "#4a91b8", "#1b6a92", "#0c3f5c"],
  },
  dark: {
    page: "#0f151b",
    surface: "#172029",
    ink: "#e7ecf1",
    muted: "#9dabb8",
    line: "#2c3843",
    accent: "#6db9e1",
    good: "#67cb93",
    notice: "#e5b657",
    bad: "#ff8f84",
    clusters: [
      "#94bfed",
      "#ee7f37",
      "#b1e5a6",
      "#d293a6",
      "#846edb",
      "#7de8ee",
      "#e2e357",
      "#ab67a5",
      "#c95e4e",
      "#809bf9",
    ],
    scale: ["#1c2731", "#1f3f54", "#25617f", "#3a8ab2", "#6db9e1", "#cbe8f8"],
  },
};

/** One more than there are colours, so that the ten clusters of a figure differ in their marks alone, and pairs repeat late. */
const SYMBOLS = [
  ...["circle", "square", "diamond", "triangle-up", "cross", "star"],
  ...["triangle-down", "bowtie", "hourglass", "triangle-left", "triangle-right"],
] as const;

/**
 * The colour of a cluster, by its id: the same in every figure, table and run.
 *
 * @example
 * ```ts
 * import { clusterColour } from "streambook/plot";
 * console.assert(clusterColour(0) === "#1795fa" && clusterColour(10) === clusterColour(0));
 * ```
 */
export function clusterColour(id: number, theme: ThemeName = "light"): string {
  const colours = themes[theme].clusters;
  return colours[modulo(id, colours.length)] as string;
}

/** The mark of a cluster, by its id: eleven before one repeats, and with ten colours 110 pairs. */
export function clusterSymbol(id: number): string {
  return SYMBOLS[modulo(id, SYMBOLS.length)] as string;
}

/** Contrast of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The linear light of a `#rrggbb` colour, each part 0 to 1. */
export function linear(colour: string): [number, number, number] {
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
