/** The examples that talk to the stack run, and their assertions hold. */
import { test } from "node:test";
import { examples, runExample } from "./fixtures/examples.ts";

for (const example of examples().filter(({ needsStack }) => needsStack)) {
  test(`the example at ${example.where} holds`, () => runExample(example));
}
