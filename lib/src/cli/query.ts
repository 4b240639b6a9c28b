/** `streambook query`: a Hive query from the command line, to look into the table. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { messageOf, StreambookError } from "../errors/index.ts";
import { openHive, statementsOf, type HiveTable } from "../hive/index.ts";
import { toJson } from "../json/index.ts";
import { addresses, useStack } from "../stack/index.ts";
import { action, usage, wholeNumber } from "./command.ts";
import { resultTable } from "./result-table.ts";

interface Options {
  readonly file?: string;
  readonly rows: number;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("query")
    .summary("ask Hive: streambook query 'SELECT cluster, COUNT(*) FROM chunks_clustered GROUP BY cluster'")
    .description("Runs one statement on the running HiveServer2 and prints the rows.")
    .argument("[sql]", "one HiveQL statement, or - to read it from standard input")
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
      action<Options>(async ({ file, rows: most, json }, { signal, operands }) => {
        const statement = oneStatement(await sqlOf(operands, file));
        const { hive: address } = await addresses();
        await using _user = await useStack("streambook query");
        await using hive = await openHive({ address, signal });
        // One row more than is printed shows whether there are more.
        const { columns, rows } = await hive.queryTable(statement, { maximumRows: most + 1, signal });
        const table = { columns, rows: rows.slice(0, most) };
        if (json === true) for (const line of jsonLines(table)) process.stdout.write(`${line}\n`);
        else if (columns.length > 0) process.stdout.write(`${resultTable(table)}\n`);
        if (rows.length > most)
          process.stderr.write(`there are more rows; --rows ${10 * most} shows up to ${10 * most}\n`);
        else if (rows.length === 0) process.stderr.write(columns.length === 0 ? "done\n" : "no rows\n");
      }),
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
