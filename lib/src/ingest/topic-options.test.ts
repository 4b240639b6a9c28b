import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schema } from "../schema/index.ts";
import { tableDestination } from "./files/warehouse.ts";
import { topicLayout } from "./files/layout.ts";
import { checkTopics, type TopicOptions } from "./topic-options.ts";

const schema: Schema = {
  name: "clicks",
  fields: [
    { name: "at", type: "timestamp", doc: "" },
    { name: "seen", type: "timestamp", nullable: true, doc: "" },
    { name: "page", type: "string", doc: "" },
  ],
};
const dateColumn = { name: "event_date", type: "string", doc: "" } as const;

function topic(name: string, options: Partial<TopicOptions> = {}): TopicOptions {
  return { topic: name, schema, timeField: "at", folder: "/raw", layout: topicLayout(), ...options };
}

test("topics beside each other in one folder are fine, each in its own", () => {
  checkTopics([
    topic("clicks"),
    topic("events", { folder: "/raw/" }),
    topic("sales", { layout: topicLayout({ by: "date" }) }),
  ]);
});

const table = (name: string): Partial<TopicOptions> => tableDestination({ name, dateColumn });
const refused: readonly (readonly [string, readonly TopicOptions[], RegExp])[] = [
  ["no topic", [], /no topic to read/],
  ["a name that Kafka does not take", [topic("a b")], /"a b" is not a topic name/],
  ["a name whose dead letters would have none", [topic("x".repeat(240))], /is not a topic name/],
  ["a topic twice", [topic("a"), topic("b"), topic("a")], /the topic a is given twice/],
  ["a topic twice, to two folders", [topic("a"), topic("a", { folder: "/other" })], /the topic a is given twice/],
  [
    "two topics in one folder",
    [topic("a", table("t")), topic("b", table("t"))],
    /topics a and b would both be written to \/streambook\/warehouse\/t on HDFS/,
  ],
  [
    "a folder that is another topic's, by another layout",
    [
      topic("a", { folder: "/x/topic=b", layout: tableDestination({ name: "t", dateColumn }).layout }),
      topic("b", { folder: "/x" }),
    ],
    /topics a and b would both be written to \/x\/topic=b /,
  ],
  [
    "two topics in one table",
    [topic("a", { table: { name: "t" } }), topic("b", { table: { name: "t" } })],
    /topics a and b would both be rows of the table t/,
  ],
  [
    "a name that Hive does not take",
    [topic("a", { table: { name: "drop me" } })],
    /the Hive name "drop me" cannot be used/,
  ],
  [
    "a field that is a folder, too",
    [
      topic("a", {
        schema: { ...schema, fields: [...schema.fields, { name: "hour", type: "int", doc: "" }] },
        table: { name: "t" },
      }),
    ],
    /the column "hour" twice/,
  ],
  ["a folder that is no path", [topic("a", { folder: "raw" })], /the HDFS path "raw" does not begin with \//],
  ["no such time", [topic("a", { timeField: "when" })], /has no field "when"/],
  ["a time that may be missing", [topic("a", { timeField: "seen" })], /"seen" of type nullable timestamp/],
  ["a time that is text", [topic("a", { timeField: "page" })], /"page" of type string/],
];

for (const [what, topics, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => checkTopics(topics),
      (error: Error & { code?: string }) => {
        assert.match(error.message, message);
        return error.code === "USAGE" || error.code === "SCHEMA_INVALID";
      },
    );
  });
}
