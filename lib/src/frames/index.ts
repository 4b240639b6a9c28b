/** Rows to data frames and back: danfojs, which is large, loads only when a frame is made. */
export { frame, loadDanfo, rowsOf, type Danfo, type DataFrame, type Row } from "./frame.ts";
