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

/** The light template on a ground of its own: a page may be dark. */
const groundedTemplate: JsonObject = {
  ...lightTemplate,
  layout: { ...(lightTemplate["layout"] as JsonObject), paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff" },
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
