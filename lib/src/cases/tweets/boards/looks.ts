/** How the charts are drawn, in Superset's words: axes, formats, colours, and how high they are. */
import type { PlacedChart } from "../../../superset/index.ts";
import type { ChartName } from "../plain/charts.ts";
import type { DashboardName } from "../serve/charts.ts";

/** How a chart looks. */
export interface Look {
  readonly settings: Readonly<Record<string, unknown>>;
}

const WHOLE = ",d";
const TENTHS = ",.1f";
const THOUSANDTHS = "+.3f";
/** `Mon 13:00`. */
const HOUR = "%a %H:%M";

/** Bars with names at their left, the longest at the top, and their values at their ends. */
function namedBars(by: string): Look {
  return {
    settings: {
      ...{ orientation: "horizontal", x_axis_sort: by, x_axis_sort_asc: true, show_value: true, show_legend: false },
      ...{ y_axis_format: WHOLE, color_scheme: "supersetColors", rich_tooltip: true },
    },
  };
}

const shares: Look = {
  settings: {
    ...{ donut: true, innerRadius: 35, outerRadius: 75, label_type: "percent", number_format: WHOLE },
    ...{ show_labels: true, labels_outside: false, show_labels_threshold: 3, color_scheme: "supersetColors" },
    ...{ show_legend: true, legendType: "plain", legendOrientation: "bottom" },
  },
};

/** The charts' looks. */
export const looks: Readonly<Record<ChartName, Look>> = {
  tweets_per_hour: {
    settings: {
      ...{ x_axis_time_format: HOUR, tooltipTimeFormat: HOUR, y_axis_format: WHOLE, markerEnabled: true, area: true },
      ...{ opacity: 0.15, show_legend: false, color_scheme: "supersetColors", rich_tooltip: true },
      ...{ y_axis_title: "tweets", y_axis_title_margin: 40, y_axis_title_position: "Left", y_axis_bounds: [0, null] },
    },
  },
  top_hashtags: namedBars("tweets"),
  regions: namedBars("tweets"),
  sentiment: shares,
  top_users: {
    settings: {
      ...{ show_cell_bars: true, page_length: 0, order_desc: true },
      column_config: {
        user_id: { visible: false },
        engagement: { d3NumberFormat: WHOLE },
        tweets: { d3NumberFormat: WHOLE, showCellBars: false },
        followers: { d3NumberFormat: WHOLE, showCellBars: false },
      },
    },
  },
  engagement_by_influence: {
    // the average and the count are a thousand apart
    settings: {
      ...{ logAxis: true, y_axis_format: WHOLE, y_axis_title: "log scale", y_axis_title_margin: 55 },
      ...{ y_axis_title_position: "Left", x_axis_sort: "avg_engagement", x_axis_sort_asc: false, show_value: true },
      ...{ show_legend: true, legendType: "plain", legendOrientation: "bottom", color_scheme: "supersetColors" },
    },
  },
  tweet_types: shares,
  trending_hashtags: namedBars("tweets"),
  languages: {
    settings: {
      ...{ show_cell_bars: false, page_length: 0, order_desc: true },
      column_config: {
        tweets: { d3NumberFormat: WHOLE, showCellBars: true },
        avg_length: { customColumnName: "average length", d3NumberFormat: TENTHS },
        avg_engagement: { customColumnName: "average engagement", d3NumberFormat: TENTHS },
        avg_sentiment: { customColumnName: "average sentiment", d3NumberFormat: THOUSANDTHS },
      },
    },
  },
  hashtags_by_hour: {
    settings: {
      ...{ x_axis_time_format: HOUR, time_format: HOUR, linear_color_scheme: "superset_seq_1", y_axis_format: WHOLE },
      ...{ sort_x_axis: "alpha_asc", sort_y_axis: "value_asc", normalize_across: "heatmap", show_values: true },
      ...{
        legend_type: "continuous",
        show_legend: true,
        show_percentage: false,
        xscale_interval: -1,
        yscale_interval: 1,
      },
      ...{
        left_margin: "auto",
        bottom_margin: "auto",
        value_bounds: [null, null],
        border_color: { r: 255, g: 255, b: 255, a: 1 },
        border_width: 1,
      },
    },
  },
};

/** The heights of each dashboard's rows, in units of 8 pixels. */
export const heights: Readonly<Record<DashboardName, readonly PlacedChart["height"][]>> = {
  "tweets-overview": [42, 46],
  "tweets-engagement": [90, 46],
  "tweets-trends": [50, 90],
};

/** The colours that values have in every chart. */
export const colors: Readonly<Record<string, string>> = {
  ...{ positive: "#5bb8a5", neutral: "#b8bdc7", negative: "#ec8a70" },
  ...{ original: "#4cb8d4", retweet: "#8fd3a8", reply: "#f6c85f", quote: "#f29e6d" },
};
