/** Every example in the documentation of the library runs, and its assertions hold. */
import { test } from "node:test";
import { examples, runExample } from "./fixtures/examples.ts";

for (const example of examples().filter(({ profile }) => profile === undefined)) {
  test(`the example at ${example.where} holds`, () => runExample(example));
}
