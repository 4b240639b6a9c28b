/** A diagram of what flows where: boxes on a grid, and arrows between them. */
import { defaultConfig, fixedAxis, type Figure } from "./figure.ts";
import { escapeLabel } from "./markup.ts";

/** Part of a column, and of a row, that a box takes. */
const BOX = { width: 0.68, height: 0.62 } as const;
const ROW_PIXELS = 110;

/** One box of a {@link flowDiagram}. */
export interface FlowBox {
  readonly name: string;
  /** A second line, smaller. */
  readonly detail?: string;
  /** More, for who points at it. */
  readonly hover?: string;
  /** Its place, from 0, to the right. */
  readonly column: number;
  /** Its place, from 0, downwards. */
  readonly row: number;
  /** Fill, as `#rrggbb`. @default the theme's own */
  readonly colour?: string;
}

/** An arrow from one box to another, each by its name. */
export interface FlowArrow {
  readonly from: string;
  readonly to: string;
  /** What flows, said at the middle of the arrow. */
  readonly label?: string;
}

/**
 * Draws boxes and the arrows between them.
 *
 * @param boxes their names differ
 * @param arrows those that name a box that is not there are left out
 *
 * @example
 * ```ts
 * import { flowDiagram } from "streambook/plot";
 * const boxes = [{ name: "producer", column: 0, row: 0 }, { name: "Kafka", column: 1, row: 0 }];
 * const figure = flowDiagram(boxes, [{ from: "producer", to: "Kafka", label: "messages" }]);
 * console.assert(figure.data.length === 1);
 * ```
 */
export function flowDiagram(boxes: readonly FlowBox[], arrows: readonly FlowArrow[]): Figure {
  const byName = new Map(boxes.map((box) => [box.name, box]));
  const columns = Math.max(0, ...boxes.map(({ column }) => column)) + 1;
  const rows = Math.max(0, ...boxes.map(({ row }) => row)) + 1;
  const drawn = arrows.flatMap(({ from, to, label }) => {
    const [start, end] = [byName.get(from), byName.get(to)];
    return start === undefined || end === undefined ? [] : [{ ...ends(start, end), label }];
  });
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: boxes.map(({ column }) => column),
        y: boxes.map(({ row }) => row),
        marker: { size: 40, opacity: 0 }, // nothing to see: it catches the pointer
        text: boxes.map(({ name, detail, hover }) => escapeLabel(`${name}: ${hover ?? detail ?? ""}`)),
        hovertemplate: "%{text}<extra></extra>",
      },
    ],
    layout: {
      height: rows * ROW_PIXELS + 60,
      margin: { l: 8, r: 8, t: 48, b: 8 },
      showlegend: false,
      hovermode: "closest",
      dragmode: false,
      xaxis: { ...fixedAxis, visible: false, range: [-0.5, columns - 0.5] },
      yaxis: { ...fixedAxis, visible: false, range: [rows - 0.5, -0.5] },
      shapes: boxes.map(({ column, row, colour }) => ({
        type: "rect",
        layer: "below",
        x0: column - BOX.width / 2,
        x1: column + BOX.width / 2,
        y0: row - BOX.height / 2,
        y1: row + BOX.height / 2,
        fillcolor: colour,
      })),
      annotations: [
        ...drawn.map(({ x, y, fromX, fromY }) => ({
          ...{ x, y, ax: fromX, ay: fromY, axref: "x", ayref: "y", text: "" },
          ...{ showarrow: true, arrowhead: 2, arrowsize: 1.2, arrowwidth: 1.5 },
        })),
        ...drawn.flatMap(({ x, y, fromX, fromY, label }) => {
          if (label === undefined) return [];
          const place = { x: (x + fromX) / 2, y: (y + fromY) / 2, font: { size: 11 } };
          const level = Math.abs(y - fromY) < Math.abs(x - fromX);
          const beside = level ? { yanchor: "bottom" } : { xanchor: "left", xshift: 6 };
          return [{ ...place, ...beside, text: escapeLabel(label) }];
        }),
        ...boxes.map(({ name, detail, column, row }) => ({
          x: column,
          y: row,
          text: `<b>${escapeLabel(name)}</b>${detail === undefined ? "" : `<br>${escapeLabel(detail)}`}`,
        })),
      ],
    },
    config: defaultConfig,
  };
}

/** Where an arrow leaves one box and meets another: on the line between their middles, at their edges. */
function ends(from: FlowBox, to: FlowBox): { fromX: number; fromY: number; x: number; y: number } {
  const across = to.column - from.column;
  const down = to.row - from.row;
  // The part of the line that lies in half a box: it leaves by the side that it meets first.
  const inside = Math.min(BOX.width / 2 / Math.abs(across || 1e-9), BOX.height / 2 / Math.abs(down || 1e-9));
  const at = (part: number): [number, number] => [from.column + across * part, from.row + down * part];
  const [fromX, fromY] = at(inside);
  const [x, y] = at(1 - inside);
  return { fromX, fromY, x, y };
}
