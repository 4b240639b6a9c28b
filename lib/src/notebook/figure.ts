/** Shows a Plotly figure in a notebook: interactive where the reader has scripts, else its text or the kept picture. */
import { defaultConfig, lightTemplate, type Json, type JsonObject, type Trace } from "../plot/index.ts";
import { display } from "./display.ts";

/** The MIME type of a Plotly figure. */
export const PLOTLY = "application/vnd.plotly.v1+json";

/** A figure as a lesson writes it: series, and the layout around them. */
export interface NotebookFigure {
  /** Plotly traces (https://plotly.com/javascript/reference/). */
  readonly data: readonly object[];
  readonly layout?: object;
  readonly config?: object;
}

/** Options of {@link figure}. */
export interface FigureOptions {
  /** What the figure shows, in words, for readers who do not see it. @default its title and the names of its series */
  readonly text?: string;
}

/**
 * Shows a figure. It gets the course's colours, a white ground, so that it is readable in light and dark, and a height of
 * 380 pixels, unless its layout says otherwise.
 *
 * @example
 * ```ts
 * import { figure } from "streambook/notebook";
 * figure({ data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }], layout: { title: { text: "Two bars" } } });
 * ```
 */
export function figure(shown: NotebookFigure, options: FigureOptions = {}): void {
  const layout = { template: groundedTemplate, height: 380, ...shown.layout };
  const config = { ...defaultConfig, ...shown.config };
  const complete = { data: shown.data as readonly Trace[], layout: layout as JsonObject, config };
  display({ [PLOTLY]: plain(complete), "text/plain": options.text ?? describe(complete) });
}

const lightLayout = lightTemplate["layout"] as JsonObject;

/**
 * The light template on a ground of its own: a page may be dark. The title stands above the figure's left edge, and Plotly's wide
 * margins, meant for a window, are brought to what titles and labels need.
 */
const groundedTemplate: JsonObject = {
  ...lightTemplate,
  layout: {
    ...lightLayout,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    margin: { l: 72, r: 24, t: 64, b: 64 },
    title: {
      ...(lightLayout["title"] as JsonObject),
      ...{ yref: "container", y: 1, yanchor: "top", pad: { t: 20, l: 16 } },
    },
  },
};

/** What survives JSON: typed arrays become lists, and what is undefined is gone. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) =>
      ArrayBuffer.isView(member) && !(member instanceof DataView)
        ? [...(member as unknown as Iterable<number>)]
        : typeof member === "bigint"
          ? Number(member)
          : member,
    ),
  );
}

function describe({ data, layout }: { data: readonly object[]; layout: JsonObject }): string {
  const title = titleOf(layout["title"]);
  const series = data.map((trace) => {
    const { type = "scatter", name } = trace as { type?: string; name?: string };
    return name === undefined ? type : `${name} (${type})`;
  });
  return `Figure: ${title === "" ? "" : `${title}: `}${[...new Set(series)].join(", ")}`;
}

function titleOf(title: Json | undefined): string {
  const text = typeof title === "string" ? title : ((title as { text?: string } | undefined)?.text ?? "");
  return text.replace(/<[^>]+>/g, " ");
}
