/** A figure in the theme of the page: Plotly's template of that theme, and the course's colours exchanged for their dark counterparts. */
import { template } from "../../lib/src/plot/template.ts";
import { themes, type ThemeName } from "../../lib/src/plot/palette.ts";
import type { JsonObject } from "../../lib/src/plot/figure.ts";

/** A figure as a notebook keeps it. */
export interface KeptFigure {
  readonly data: readonly unknown[];
  readonly layout?: JsonObject;
  readonly config?: JsonObject;
}

/** Where a title stands when the notebook's own template does not say. */
const TITLE: JsonObject = { yref: "container", y: 1, yanchor: "top", pad: { t: 20, l: 16 } };

/**
 * The figure with the template of a theme. Notebooks hold the light one; what a lesson has coloured itself, by a colour of the palette, gets
 * the colour of the same name in the dark one.
 */
export function inTheme(figure: KeptFigure, name: ThemeName): KeptFigure & { readonly layout: JsonObject } {
  const { template: own, ...layout } = figure.layout ?? {};
  const kept = ((own ?? {}) as JsonObject)["layout"] as JsonObject | undefined;
  const themed = template(name);
  const colours = themed["layout"] as JsonObject;
  const title = { ...TITLE, ...(kept?.["title"] as JsonObject | undefined), ...(colours["title"] as JsonObject) };
  const margin = kept?.["margin"];
  const exchanged = (name === "light" ? { data: figure.data, layout } : recoloured({ data: figure.data, layout })) as {
    data: readonly unknown[];
    layout: JsonObject;
  };
  return {
    ...figure,
    data: exchanged.data,
    layout: {
      ...exchanged.layout,
      template: { ...themed, layout: { ...colours, title, ...(margin !== undefined && { margin }) } },
    },
  };
}

const counterpart: ReadonlyMap<string, string> = new Map([
  ...(["page", "surface", "ink", "muted", "line", "accent", "good", "notice", "bad"] as const).map(
    (part): [string, string] => [themes.light[part], themes.dark[part]],
  ),
  ...themes.light.clusters.map((colour, at): [string, string] => [colour, themes.dark.clusters[at] as string]),
  ...themes.light.scale.map((colour, at): [string, string] => [colour, themes.dark.scale[at] as string]),
]);

/** Every colour of the light palette, wherever it stands, becomes that of the dark one. */
function recoloured(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith("#") ? (counterpart.get(value.toLowerCase()) ?? value) : value;
  if (Array.isArray(value)) return value.map(recoloured);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, recoloured(member)]));
}
