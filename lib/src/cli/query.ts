/** `streambook query`: a Hive query from the command line, to look into the table. */
import type { Command } from "commander";
import { openHive, type HiveRow, type HiveValue } from "../hive/index.ts";
import { addresses, useStack } from "../stack/index.ts";
import { action, usage, wholeNumber } from "./command.ts";

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("query")
    .summary("ask Hive: streambook query 'SELECT cluster, COUNT(*) FROM chunks_clustered GROUP BY cluster'")
    .description("Runs one statement on the running HiveServer2 and prints the rows.")
    .argument("<sql>", "one HiveQL statement")
    .option("--rows <n>", "print at most so many rows", wholeNumber(1), 100)
    .option("--json", "one JSON object a line; a BIGINT beyond 2^53 as text, BINARY as base64")
    .action(
      action<{ rows: number; json?: boolean }>(async ({ rows: maximumRows, json }, { signal, words: [sql = ""] }) => {
        if (sql.trim() === "") usage("the statement is empty; give one such as 'SHOW TABLES'");
        const { hive: address } = await addresses();
        await using _user = await useStack("streambook query");
        await using hive = await openHive({ address, signal });
        const rows = await hive.query(sql, { maximumRows, signal });
        if (json === true) for (const row of rows) process.stdout.write(`${jsonOf(row)}\n`);
        else if (rows.length === 0) process.stderr.write("no rows\n");
        else console.table(rows);
      }),
    );
}

/**
 * A row as one line of JSON. What JSON cannot hold is text there: a BIGINT beyond 2^53 its digits, because most readers would round
 * a number, and BINARY in base64.
 */
export function jsonOf(row: HiveRow): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

function plain(value: HiveValue): Exclude<HiveValue, bigint | Uint8Array> {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
