/** The examples that use S3 and Trino run, and their assertions hold. */
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { examples, runExample } from "./fixtures/examples.ts";

suite("examples of S3 and Trino", await needs("s3", "trino"), () => {
  for (const example of examples().filter(({ profile }) => profile === "tweets"))
    test(`the example at ${example.where} holds`, () => runExample(example));
});
