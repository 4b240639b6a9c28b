/** A text of SQL taken apart into its statements, as far as that needs no grammar: texts, quoted names, comments and semicolons. */

/** Comments, what is quoted, a semicolon, or a piece of anything else. `--` begins no comment within a word: `ADD JAR /a--b.jar`. */
const TOKEN =
  /(?<comment>(?<=^|[\s;,()])--[^\n\r]*|\/\*(?!\+)[^]*?(?:\*\/|$))|'(?:[^'\\]|\\[^])*'?|"(?:[^"\\]|\\[^])*"?|`(?:[^`]|``)*`?|(?<end>;)|[^'"`;\-/]+|[^]/g;

/**
 * The statements of a text of SQL, without their comments (which HiveServer2 does not take everywhere) and semicolons. A hint, written
 * with a `+` after its `/*`, is no comment. What holds nothing but comments and blanks is no statement.
 *
 * @example
 * ```ts
 * import { statementsOf } from "streambook/hive";
 * const sql = "-- how many\nSELECT COUNT(*) FROM t WHERE s <> '; --';";
 * console.assert(statementsOf(sql).join() === "SELECT COUNT(*) FROM t WHERE s <> '; --'");
 * ```
 */
export function statementsOf(sql: string): string[] {
  const statements = [""];
  for (const { 0: token, groups = {} } of sql.matchAll(TOKEN)) {
    if (groups["end"] !== undefined) statements.push("");
    else statements.push(`${statements.pop() ?? ""}${groups["comment"] === undefined ? token : " "}`);
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}
