/** The examples that use S3, Trino and Superset run, and their assertions hold. */
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { examples, runExample } from "./fixtures/examples.ts";

suite("examples of S3, Trino and Superset", await needs("s3", "trino", "superset"), () => {
  for (const example of examples().filter(({ profile }) => profile === "tweets"))
    test(`the example at ${example.where} holds`, () => runExample(example));
});
