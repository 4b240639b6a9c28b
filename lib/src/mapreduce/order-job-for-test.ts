/** A job for the tests: records come out as they went in, in the order that the shuffle gave them. */
import { defineJob } from "./job.ts";

/** A line of the input. */
export interface OrderLine {
  readonly group: string;
  readonly text: string;
  readonly number: number;
  readonly value: string;
}

export default defineJob<OrderLine, OrderLine>({
  name: "order",
  sort: ["text", "text-descending", "number"],
  groupFields: 1,
  map(line, { emit, count }) {
    count("lines");
    const record = JSON.parse(line) as OrderLine;
    if (record.value === "fail") throw new Error("failed on purpose");
    emit([record.group, record.text, record.number], record);
  },
  reduce(_key, values, { emit, count }) {
    count("groups");
    for (const value of values) emit(value);
  },
});
