/** Rows of Spark through a task of TypeScript, by SQL's TRANSFORM (https://spark.apache.org/docs/latest/sql-ref-syntax-qry-select-transform.html). */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleModule, modulePath, taskNode, writeModule } from "../../bundle/index.ts";
import { messageOf, StreambookError } from "../../errors/index.ts";
import { checkColumns, type Columns } from "../columns.ts";
import type { Relation } from "../messages/relations.ts";
import { readSchema } from "../schema.ts";
import { sqlPlan, type Planned } from "../sql.ts";
import type { RunOptions, SparkWire } from "../wire.ts";
import { parseColumn, treeName, treeOf, type TaskColumn } from "./column-type.ts";
import { checkTask, type AnyTask } from "./define.ts";
import type { TaskSettings } from "./run.ts";
import { columnsOf, lineOf, lineSchema, quoted, sqlText } from "./wire-sql.ts";

/** Options of {@link SparkSession.transform}. */
export interface TransformOptions extends RunOptions {
  /** Files that come along, by the name under which the task's `setup` finds them: bytes, or a path here. @default none */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** The Node that runs the task, where the executors are. @default STREAMBOOK_TASK_NODE, or the Node of this process */
  readonly node?: string;
  /** Most memory that its objects may take, in megabytes, in each process. @default 512 */
  readonly memory?: number;
  /**
   * How long nobody may take the rows of a process before it ends, in milliseconds. Spark leaves the process of a cancelled task
   * to itself. @default 60000
   */
  readonly stall?: number;
}

/** A plan and the columns that its rows have. */
export interface Transformed {
  readonly plan: Relation;
  readonly columns: Columns;
}

/** The plan of a relation whose rows a task makes. @throws as {@link SparkSession.transform} */
export async function transformRows(
  wire: SparkWire,
  rows: Planned,
  subject: string | URL | AnyTask,
  options: TransformOptions,
): Promise<Transformed> {
  if (typeof subject === "string" || subject instanceof URL) return transformBy(wire, rows, subject, options);
  checkTask(subject);
  const written = await writeModule({ kind: "task", name: "of this program", value: subject });
  try {
    return await transformBy(wire, rows, written.url, options);
  } finally {
    await written.remove();
  }
}

async function transformBy(wire: SparkWire, rows: Planned, module: string | URL, options: TransformOptions) {
  const { files = {}, node = taskNode(), memory = 512, stall = 60_000, signal } = options;
  const path = modulePath(module);
  const program = (columns: readonly TaskColumn[], names: TaskSettings["files"]) =>
    bundleTask(path, { name: basename(path), columns, files: names, stall });
  // What it bundles is bundled before it is loaded: the bundler's message names the line, Node's does not.
  await program([], {});
  const task = await loadTask(path);
  const columns = await inputColumns(wire, rows, task.in as Columns, signal);
  const artifacts = await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const bytes = typeof content === "string" ? await readFile(content) : content;
      return [name, artifactName(bytes, extname(name)), bytes] as const;
    }),
  );
  const names = Object.fromEntries(artifacts.map(([name, artifact]) => [name, artifact]));
  const text = Buffer.from(await program(columns, names));
  const own = artifactName(text, ".mjs");
  await wire.addFiles([...artifacts.map(([, artifact, bytes]) => [artifact, bytes] as const), [own, text]], signal);
  const out = task.out as Columns;
  const plan = transformPlan(rows, columns, parseColumns(out), commandOf(own, node, memory));
  return { plan, columns: out };
}

function parseColumns(out: Columns): TaskColumn[] {
  return Object.entries(out).map(([name, type]) => parseColumn(name, type));
}

/** The text of the program that runs a task. */
async function bundleTask(module: string, settings: TaskSettings): Promise<string> {
  const own = fileURLToPath(import.meta.url);
  const run = JSON.stringify(join(own, "..", `run${extname(own)}`));
  const bundle = await bundleModule(module, {
    kind: "task",
    sourceMaps: true,
    programs: {
      task: (path) =>
        `import { runTask } from ${run};\nawait runTask(() => import(${JSON.stringify(path)}), ${JSON.stringify(settings)});\n`,
    },
  });
  try {
    return await readFile(bundle.files.task, "utf8");
  } finally {
    await bundle.remove();
  }
}

async function loadTask(path: string): Promise<AnyTask> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module;
  } catch (cause) {
    throw new StreambookError("USAGE", `the task's module ${path} cannot be loaded: ${messageOf(cause)}; fix it`, {
      cause,
    });
  }
  checkTask(module.default, `the default export of ${path}`);
  return module.default;
}

/** The columns that a task declares, as the relation has them. @throws USAGE with all that does not fit */
async function inputColumns(wire: SparkWire, rows: Planned, declared: Columns, signal: AbortSignal | undefined) {
  const fields = (await readSchema(wire, rows.plan, signal)).filter(({ name }) => Object.hasOwn(declared, name));
  const trees = new Map(fields.map(({ name, dataType }) => [name, treeOf(dataType)]));
  checkColumns(
    new Map([...trees].map(([name, tree]) => [name, tree === undefined ? "of another type" : treeName(tree)])),
    declared,
  );
  return [...trees].map(([name, tree]): TaskColumn => {
    if (tree !== undefined) return { name, tree, optional: declared[name] === "any" || declared[name]!.endsWith("?") };
    throw new StreambookError(
      "USAGE",
      `the column ${name} has a type that no task can be given; cast it in the statement, as \`CAST(${name} AS STRING)\``,
    );
  });
}

/** The name of a file by what is in it: the same one is sent once, and another never hides it. */
function artifactName(bytes: Uint8Array, extension: string): string {
  return `streambook-${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}${extension}`;
}

/** What the shell of an executor does. It stands in the folder into which Spark has put the session's files, or above it. */
function commandOf(file: string, node: string, memory: number): string {
  const quotedNode = `'${node.replaceAll("'", String.raw`'\''`)}'`;
  const flags = [
    `--max-old-space-size=${memory}`,
    "--enable-source-maps",
    "--disable-warning=ExperimentalWarning",
  ].join(" ");
  return `for f in ./*/${file} ./${file}; do [ -e "$f" ] && exec ${quotedNode} ${flags} "$f"; done; echo "${file} did not arrive" >&2; exit 126`;
}

/** How a row is written and read: one line, one field. What JSON escapes is neither a tab nor a line end. */
const FORMAT = String.raw`ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' LINES TERMINATED BY '\n'`;

/**
 * Rows as lines, through the command, and back. Spark's thread that reads them does not look whether it has been interrupted; here
 * it does, at each line.
 */
function transformPlan(rows: Planned, given: readonly TaskColumn[], made: readonly TaskColumn[], command: string) {
  const interrupted = `java_method('java.lang.Thread', 'interrupted') = 'true'`;
  const [before, after] = [
    `SELECT ${columnsOf(made, "parsed")} FROM (
  SELECT from_json(line, ${sqlText(lineSchema(made))}, map('mode', 'FAILFAST')) AS parsed FROM (
    SELECT TRANSFORM(line) ${FORMAT} USING ${sqlText(command)} AS (line STRING) ${FORMAT} FROM (
      SELECT ${lineOf(given)} AS line FROM (SELECT ${given.map(({ name }) => quoted(name)).join(", ") || "1"} FROM `,
    `)))
  WHERE NOT IF(${interrupted}, raise_error('the work was given up'), startswith(line, ' ')))`,
  ];
  return sqlPlan(Object.assign([before, after], { raw: [before, after] }), rows);
}
