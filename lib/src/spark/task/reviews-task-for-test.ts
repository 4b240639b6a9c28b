/** A task as a learner writes it: texts to words, with a failure at one of them. */
import { defineTask } from "./define.ts";

export default defineTask({
  in: { id: "bigint", text: "string" },
  out: { id: "bigint", words: "int", process: "int" },
  setup: () => ({ rows: 0, process: process.pid }),
  map({ id, text }, state) {
    state.rows += 1;
    console.log("what a task prints is no row");
    if (text === "") throw new Error(`the review ${id} is empty`);
    return { id, words: text.split(" ").length, process: state.process };
  },
});
