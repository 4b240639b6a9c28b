/** `streambook query`: a Hive query from the command line, to look into the table. */
import type { Command } from "commander";
import { openHive } from "../hive/index.ts";
import { addresses } from "../stack/index.ts";
import { action, usage, wholeNumber } from "./command.ts";

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("query")
    .summary("ask Hive: streambook query 'SELECT cluster, COUNT(*) FROM chunks_clustered GROUP BY cluster'")
    .description("Runs one statement on the running HiveServer2 and prints the rows.")
    .argument("<sql>", "one HiveQL statement")
    .option("--rows <n>", "print at most so many rows", wholeNumber(1), 100)
    .option("--json", "one JSON object a line")
    .action(
      action<{ rows: number; json?: boolean }>(async ({ rows: maximumRows, json }, { signal, words: [sql = ""] }) => {
        if (sql.trim() === "") usage("the statement is empty; give one such as 'SHOW TABLES'");
        await using hive = await openHive({ address: (await addresses()).hive, signal });
        const rows = await hive.query(sql.replace(/;\s*$/, ""), { maximumRows, signal });
        if (json === true) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
        else if (rows.length === 0) process.stderr.write("no rows\n");
        else console.table(rows);
      }),
    );
}
