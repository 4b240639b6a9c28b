/** Figures for a page, a notebook or a picture: plain Plotly JSON, one palette, and pages that work offline. */
export { defaultConfig, type Figure, type Trace, type Json, type JsonObject } from "./figure.ts";
export { themes, clusterColour, clusterSymbol, contrast, type Theme, type ThemeName } from "./palette.ts";
export { template, lightTemplate, darkTemplate, FIGURE_FONT } from "./template.ts";
export {
  markup,
  Markup,
  escapeHtml,
  escapeLabel,
  scriptJson,
  scriptSource,
  excerpt,
  wrapLines,
  type MarkupPart,
} from "./markup.ts";
export { labelledBars, type LabelledBar } from "./bars.ts";
export { flowDiagram, type FlowArrow, type FlowBox } from "./flow.ts";
export { timeline, type TimelineStage } from "./timeline.ts";
export { stageRates, ratesOverTime, type StageRate, type RateSeries } from "./throughput.ts";
export {
  clusterPlane,
  clusterName,
  topTermsBars,
  type ClusterPoint,
  type ClusterTerms,
  type TopTermsOptions,
} from "./clusters.ts";
export { stepsFigure, type FigureStep, type StepsFigure } from "./steps.ts";
export { heatMap, type HeatMapOptions } from "./heat-map.ts";
export { pageStyle } from "./page-style.ts";
export { standalonePage, figureElement, themeScript, type PageOptions, type FigureElementOptions } from "./page.ts";
export { pagePolicy, type PagePolicy } from "./policy.ts";
export { plotlySource, undrawnTypes } from "./plotly-source.ts";
export { themeChoice, themeChoiceScript } from "./theme-choice.ts";
