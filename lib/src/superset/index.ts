/** Superset by its REST interface: dashboards that are declared, made as they are declared, asked for their rows, exported, and pictured. */
export { openSuperset, Superset, type SupersetOptions, type SupersetRequest } from "./superset.ts";
export {
  type Board,
  type Boards,
  type Chart,
  type ChartKind,
  type Dataset,
  type Metric,
  type PlacedChart,
  type Question,
} from "./boards.ts";
export { type Change } from "./apply.ts";
export { type ChartRow, type ChartValue } from "./rows.ts";
export { boardIds } from "./ids.ts";
export { SupersetError } from "./errors.ts";
export { takePictures, type BoardPicture, type PictureOptions } from "./picture.ts";
