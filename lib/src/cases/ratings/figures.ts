/** Figures of a run. */
import { clusterColour, defaultConfig, type Figure } from "../../plot/index.ts";
import type { Row } from "../report/compare-rows.ts";

/** Movies whose averages are drawn. */
const DRAWN = 3;
/** Hours that are drawn: of a long run the last. */
const HOURS = 400;

/** The averages of a few movies, hour by hour: those that were rated most in the first hour. */
export class AverageLines {
  #movies: readonly string[] = [];
  readonly #rows: Row[][] = [];

  /** Adds the rows of an hour. */
  add(rows: readonly Row[]): void {
    if (this.#movies.length === 0) {
      const most = [...rows].sort((a, b) => Number(b["ratings"]) - Number(a["ratings"]));
      this.#movies = most.slice(0, DRAWN).map(({ movie }) => String(movie));
    }
    this.#rows.push(rows.filter(({ movie }) => this.#movies.includes(String(movie))));
    if (this.#rows.length > HOURS) this.#rows.shift();
  }

  /** Dots for the hours, lines for the windows. */
  figure(): Figure {
    const rows = this.#rows.flat();
    const traces = this.#movies.flatMap((title, index) => {
      const own = rows.filter(({ movie }) => movie === title);
      const x = own.map(({ hour }) => new Date(Number(hour)).toISOString().slice(0, -1));
      const color = clusterColour(index);
      return [
        {
          ...{
            type: "scatter",
            mode: "markers",
            name: title,
            showlegend: false,
            x,
            y: own.map((row) => row["average"]),
          },
          ...{ marker: { color, size: 7, opacity: 0.5 }, customdata: own.map(({ ratings }) => Number(ratings)) },
          hovertemplate: "%{y:.2f} of %{customdata:,} ratings<extra>the hour</extra>",
        },
        {
          ...{ type: "scatter", mode: "lines", name: title, x, y: own.map((row) => row["window_average"]) },
          ...{ line: { color, width: 2.5 }, customdata: own.map((row) => Number(row["window_ratings"])) },
          hovertemplate: "%{y:.2f} of %{customdata:,} ratings<extra>running</extra>",
        },
      ];
    });
    return {
      data: traces as Figure["data"],
      layout: {
        height: 380,
        margin: { l: 8, r: 16, t: 24, b: 48 },
        dragmode: false,
        legend: { orientation: "h", x: 0, y: 1.08, yanchor: "bottom" },
        xaxis: { fixedrange: true, type: "date", title: { text: "hour in which the movies were rated, UTC" } },
        yaxis: { fixedrange: true, title: { text: "average rating" } },
      },
      config: defaultConfig,
    };
  }
}

/** The best movies of an hour as bars. */
export function topFigure(top: readonly Row[]): Figure {
  const rows = [...top].reverse();
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        x: rows.map(({ average }) => Number(average)),
        y: rows.map(({ movie }) => String(movie)),
        customdata: rows.map(({ ratings }) => Number(ratings)),
        marker: { color: clusterColour(0) },
        hovertemplate: "%{x:.2f} of %{customdata:,} ratings<extra></extra>",
      },
    ],
    layout: {
      height: 380,
      margin: { l: 8, r: 16, t: 24, b: 48 },
      dragmode: false,
      xaxis: { fixedrange: true, title: { text: "average rating" }, range: [0, 10] },
      yaxis: { fixedrange: true, automargin: true },
    },
    config: defaultConfig,
  };
}
