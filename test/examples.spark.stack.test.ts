/** The examples that drive Spark run, and their assertions hold. */
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { examples, runExample } from "./fixtures/examples.ts";

suite("examples of Spark", await needs("spark"), () => {
  for (const example of examples().filter(({ profile }) => profile === "spark"))
    test(`the example at ${example.where} holds`, () => runExample(example));
});
