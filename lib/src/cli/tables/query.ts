/** `streambook query`: a query of Hive, Spark or Cassandra from the command line, to look into the tables. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { messageOf, StreambookError } from "../../errors/index.ts";
import { openHive, statementsOf, type HiveTable, type HiveValue } from "../../hive/index.ts";
import { toJson } from "../../json/index.ts";
import type { SparkValue } from "../../spark/index.ts";
import { addresses, useStack, type Addresses } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { wholeNumber } from "../option-values.ts";
import { resultTable } from "./result-table.ts";

interface Options {
  readonly file?: string;
  readonly rows: number;
  readonly json?: boolean;
  readonly spark?: boolean;
  readonly cassandra?: boolean;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("query")
    .description("Runs one statement on the running HiveServer2, on Spark or on Cassandra, and prints the rows.")
    .argument("[sql]", "one statement, or - to read it from standard input")
    .option("--spark", "ask Spark, which knows the same tables (`streambook up spark` starts it)")
    .option("--cassandra", "ask Cassandra, in CQL (`streambook up cassandra` starts it)")
    .option("-f, --file <file>", "read the statement from a file")
    .option("--rows <n>", "print at most so many rows", wholeNumber(1), 100)
    .option(
      "--json",
      'one JSON object a line, values uncut; what JSON has no form for as text: a BIGINT beyond 2^53, "NaN", "Infinity", BINARY as base64',
    )
    // SQL that begins with a comment would be taken for an option.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(
      action<Options>(async ({ file, rows: most, json, ...engine }, { signal, operands }) => {
        const ask = askerOf(engine);
        const statement = oneStatement(await sqlOf(operands, file));
        const known = await addresses();
        await using _user = await useStack("streambook query");
        // One row more than is printed shows whether there are more.
        const { columns, rows } = await ask(known, statement, most + 1, signal);
        const table = { columns, rows: rows.slice(0, most) };
        if (json === true) for (const line of jsonLines(table)) process.stdout.write(`${line}\n`);
        else if (columns.length > 0) process.stdout.write(`${resultTable(table)}\n`);
        if (rows.length > most)
          process.stderr.write(`there are more rows; --rows ${10 * most} shows up to ${10 * most}\n`);
        else if (rows.length === 0) process.stderr.write(columns.length === 0 ? "done\n" : "no rows\n");
      }),
    );
}

/** Asks an engine. */
type Asker = (at: Addresses, statement: string, maximumRows: number, signal: AbortSignal) => Promise<HiveTable>;

function askerOf({ spark = false, cassandra = false }: Pick<Options, "spark" | "cassandra">): Asker {
  if (spark && cassandra) usage("--spark and --cassandra contradict each other; leave one out");
  if (spark) return askSpark;
  return cassandra ? askCassandra : askHive;
}

/** What only Cassandra needs is loaded only for it. */
async function askCassandra(...question: Parameters<Asker>): Promise<HiveTable> {
  const { askCassandra: ask } = await import("./ask-cassandra.ts");
  return await ask(...question);
}

async function askHive(
  { hive: address }: Addresses,
  statement: string,
  maximumRows: number,
  signal: AbortSignal,
): Promise<HiveTable> {
  await using hive = await openHive({ address, signal });
  return await hive.queryTable(statement, { maximumRows, signal });
}

async function askSpark(
  { spark: address }: Addresses,
  statement: string,
  maximumRows: number,
  signal: AbortSignal,
): Promise<HiveTable> {
  if (address === undefined)
    throw new StreambookError("STACK_DOWN", "Spark is not running", { hint: { start: ["spark"] } });
  // here, because its libraries take a while to load, and every command loads this file
  const { openSpark } = await import("../../spark/index.ts");
  await using spark = await openSpark({ address, signal });
  const result = await spark.run(statement);
  const columns = (await result.columns({ signal })).map(({ name }) => name);
  const rows = await result.limit(maximumRows).collect({ signal });
  return { columns, rows: rows.map((row) => columns.map((name) => plainValue(row[name] ?? null))) };
}

/** A value of Spark as Hive would give it: a BIGINT is a number where that loses no digit, what is nested is JSON. */
function plainValue(value: SparkValue): HiveValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return toJson(withoutMaps(value));
}

/** Maps as lists of their entries, since keys need not be text. */
function withoutMaps(value: SparkValue): unknown {
  if (value instanceof Map)
    return [...(value as ReadonlyMap<SparkValue, SparkValue>)].map((entry) => entry.map(withoutMaps));
  if (Array.isArray(value)) return (value as readonly SparkValue[]).map(withoutMaps);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, SparkValue>>).map(([name, held]) => [name, withoutMaps(held)]),
  );
}

/** The SQL that was given: as a word, in a file, or on standard input. */
async function sqlOf(operands: readonly string[], file: string | undefined): Promise<string> {
  // Options have no blanks; what begins with a dash and has some is SQL that begins with a comment.
  const option = operands.find((operand) => /^-\S+$/.test(operand));
  if (option !== undefined) usage(`unknown option ${option}; \`streambook query --help\` shows what there is`);
  const [sql, ...more] = operands;
  if (more.length > 0) usage(`the statement must be one argument, not ${operands.length}; put it in quotes`);
  if (file !== undefined && sql !== undefined) usage("give the statement, or --file, not both");
  if (file === undefined && sql === undefined)
    usage("give a statement such as 'SHOW TABLES', --file FILE, or - for standard input");
  if (file === undefined) return sql === "-" ? readAll(process.stdin) : (sql ?? "");
  try {
    return file === "-" ? await readAll(process.stdin) : await readFile(file, "utf8");
  } catch (cause) {
    throw new StreambookError(
      "NOT_FOUND",
      `cannot read the file ${file} (${messageOf(cause)}); give one with a statement`,
      {
        cause,
      },
    );
  }
}

function oneStatement(sql: string): string {
  const [statement, ...more] = statementsOf(sql);
  if (statement === undefined) usage("the statement is empty; give one such as 'SHOW TABLES'");
  if (more.length > 0) usage(`these are ${more.length + 1} statements, and \`query\` runs one; call it once for each`);
  return statement;
}

/** Each row as one line of JSON, with its columns in their order. */
export function* jsonLines({ columns, rows }: HiveTable): Generator<string> {
  const names = columns.map((name) => JSON.stringify(name));
  for (const row of rows) yield `{${names.map((name, index) => `${name}:${toJson(row[index] ?? null)}`).join(",")}}`;
}
