/** The tables of a lakehouse, made by Trino from the plain answer: what dashboards need, without a message, a topic or an engine. */
import { randomUUID } from "node:crypto";
import type { S3 } from "../../../s3/index.ts";
import { addresses } from "../../../stack/index.ts";
import type { Trino } from "../../../trino/index.ts";
import type { CaseEvent } from "../../events/event.ts";
import { take } from "../../events/event.ts";
import type { Row } from "../../report/compare-rows.ts";
import { tweets } from "../generate/generate.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { goldTables, type LakeNames, lakeNames, tweetSchema } from "../names.ts";
import { plainLake } from "../plain/lake.ts";
import { readTweets } from "../plain/read.ts";
import { silverValues } from "../plain/silver-row.ts";
import { forgetTables, goldIn, makeViews, silverIn } from "../serve/views.ts";
import { openLakeSql, openLakeStore } from "../services.ts";
import { silverColumns } from "../silver/columns.ts";

/** Makes the tables and views of so many messages, under names that nobody else has; they go with it. */
export async function servedLakeForTest(count: number) {
  const at = await addresses();
  const names = lakeNames(randomUUID().slice(0, 8));
  const [s3, trino] = [await openLakeStore(at), await openLakeSql(at)];
  const messages = [...take(tweets(), count)];
  const plain = plainLake(messages, await tweetSchema());
  for (const bucket of [names.silver, names.gold]) await s3.makeBucket(bucket);
  await trino.sql(`CREATE SCHEMA delta.${names.silverSchema} WITH (location = 's3://${names.silver}/')`);
  await trino.sql(`CREATE SCHEMA delta.${names.goldSchema} WITH (location = 's3://${names.gold}/')`);
  await fill(trino, silverIn(names), silverTypes, await silverRows(messages));
  for (const table of goldTables)
    await fill(trino, `${goldIn(names)}.${table}`, goldDefinitions[table].columns, plain.tables[table]);
  await makeViews(trino, names);
  return {
    names,
    plain,
    [Symbol.asyncDispose]: () => forget(trino, s3, names),
  };
}

export type ServedLakeForTest = Awaited<ReturnType<typeof servedLakeForTest>>;

async function forget(trino: Trino, s3: S3, names: LakeNames): Promise<void> {
  await forgetTables(trino, names);
  for (const name of [names.silver, names.gold]) {
    const bucket = s3.bucket(name);
    const keys: string[] = [];
    for await (const { key } of bucket.list()) keys.push(key);
    await bucket.deleteAll(keys);
    await s3.removeBucket(name);
  }
  s3.close();
}

/** Columns by name, and their types as Spark declares them. */
const silverTypes = Object.fromEntries(silverColumns.map(({ name, type }) => [name, type]));

/** The rows of silver, as far as a chart asks for them. */
async function silverRows(messages: Iterable<CaseEvent>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { tweet, isDouble } of readTweets(messages, await tweetSchema())) {
    if (tweet === undefined || isDouble) continue;
    const { tweet_id, user, tweet_type, language, sentiment_score } = tweet;
    const { text_length, sentiment_category, total_engagement } = silverValues(tweet);
    rows.push({
      ...{ tweet_id, followers_count: user.followers_count, tweet_type, language, sentiment_score },
      ...{ text_length, sentiment_category, total_engagement },
    });
  }
  return rows;
}

/** Rows of one statement: Trino takes no longer one than a million characters. */
const AT_ONCE = 4000;

/** Makes a table of rows. A column that they have not is null. */
async function fill(
  trino: Trino,
  table: string,
  types: Readonly<Record<string, string>>,
  rows: readonly Row[],
): Promise<void> {
  const there = Object.keys(types).filter((name) => rows[0] !== undefined && Object.hasOwn(rows[0], name));
  const columns = Object.entries(types).map(([name, type]) => `${name} ${TRINO_TYPES[type] ?? type}`);
  await trino.sql(`CREATE TABLE ${table} (${columns.join(", ")})`);
  for (let begin = 0; begin < rows.length; begin += AT_ONCE) {
    const values = rows
      .slice(begin, begin + AT_ONCE)
      .map((row) => `(${there.map((name) => literal(row[name] ?? null, types[name] ?? "")).join(",")})`);
    await trino.sql(`INSERT INTO ${table} (${there.join(", ")}) VALUES ${values.join(",")}`);
  }
}

/** Types that Trino calls something else. */
const TRINO_TYPES: Readonly<Record<string, string>> = {
  STRING: "VARCHAR",
  "ARRAY<STRING>": "ARRAY(VARCHAR)",
  TIMESTAMP: "TIMESTAMP(3) WITH TIME ZONE",
};

function literal(value: Row[string], type: string): string {
  if (value === null) return "NULL";
  if (type === "TIMESTAMP") return `TIMESTAMP '${value}:00 UTC'`;
  if (type === "DATE") return `DATE '${value}'`;
  if (type === "DOUBLE") return `${Number(value).toExponential()}`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
