/** The examples that talk to the stack run, and their assertions hold. */
import { test } from "node:test";
import { CORE } from "../lib/src/stack/index.ts";
import { examples, runExample } from "./fixtures/examples.ts";

for (const example of examples().filter(({ profile }) => profile === CORE)) {
  test(`the example at ${example.where} holds`, () => runExample(example));
}
