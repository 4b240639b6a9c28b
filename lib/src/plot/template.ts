/** Plotly templates of the two themes: a figure says what it shows, the template how it looks. */
import type { JsonObject } from "./figure.ts";
import { themes, type ThemeName } from "./palette.ts";

/** The letters of the figures: what the system has, so that nothing is loaded. */
export const FIGURE_FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif';

/** The template of a theme, for `layout.template` of any figure. */
export function template(name: ThemeName): JsonObject {
  const theme = themes[name];
  const axis: JsonObject = {
    gridcolor: theme.line,
    linecolor: theme.line,
    zerolinecolor: theme.line,
    tickcolor: theme.line,
    tickfont: { color: theme.muted, size: 12 },
    title: { font: { color: theme.muted, size: 13 } },
    automargin: true,
    zeroline: false,
  };
  return {
    layout: {
      colorway: theme.clusters,
      font: { family: FIGURE_FONT, size: 13, color: theme.ink },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      title: { x: 0, xanchor: "left", font: { size: 16, color: theme.ink } },
      hoverlabel: {
        align: "left",
        bgcolor: theme.surface,
        bordercolor: theme.line,
        font: { family: FIGURE_FONT, size: 13, color: theme.ink },
      },
      legend: { font: { color: theme.ink, size: 12 } },
      annotationdefaults: { font: { color: theme.ink, size: 13 }, showarrow: false, arrowcolor: theme.muted },
      shapedefaults: { line: { width: 0, color: theme.muted }, fillcolor: theme.line },
      coloraxis: { colorbar: { outlinewidth: 0, thickness: 12 } },
      xaxis: axis,
      yaxis: axis,
    },
    data: {
      bar: [{ type: "bar", marker: { color: theme.accent, line: { width: 0 } }, textfont: { color: theme.ink } }],
      scatter: [{ type: "scatter", marker: { line: { width: 0.5, color: theme.surface } } }],
      heatmap: [
        {
          type: "heatmap",
          colorscale: theme.scale.map((colour, index) => [index / (theme.scale.length - 1), colour]),
          colorbar: { outlinewidth: 0, thickness: 12, tickfont: { color: theme.muted } },
        },
      ],
    },
  };
}

/** The template for light surroundings. */
export const lightTemplate: JsonObject = template("light");

/** The template for dark surroundings. */
export const darkTemplate: JsonObject = template("dark");
