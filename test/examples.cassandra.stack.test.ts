/** The examples that use Cassandra run, and their assertions hold. */
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { examples, runExample } from "./fixtures/examples.ts";

suite("examples of Cassandra", await needs("cassandra"), () => {
  for (const example of examples().filter(({ profile }) => profile === "ratings"))
    test(`the example at ${example.where} holds`, () => runExample(example));
});
