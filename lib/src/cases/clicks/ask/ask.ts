/** The questions, asked of Spark and of Hive: the same statements, over the same table. */
import { openHive } from "../../../hive/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import { clicksNames } from "../names.ts";
import type { ClicksAnswerName } from "../plain/expected.ts";
import { clicksQuestions } from "./questions.ts";

/** The rows of each answer. */
export type ClicksAnswers = Readonly<Record<ClicksAnswerName, readonly Row[]>>;

/** Options of {@link askSpark} and {@link askHive}. */
export interface AskOptions {
  /** `host:port` */
  readonly address: string;
  /** The table that is asked. @default that of the case */
  readonly table?: string;
  /** Settings of the sessions: `{ "spark.sql.session.timeZone": "Europe/Berlin" }`. @default the engine's own */
  readonly settings?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Called after each answer. */
  readonly onAnswer?: (answered: number) => void;
}

/** Asks Spark. @throws UNREACHABLE; SparkError */
export async function askSpark({ address, signal, settings = {}, ...options }: AskOptions): Promise<ClicksAnswers> {
  await using spark = await openSession({ address, signal, settings });
  return await askAll(options, 1, () => Promise.resolve((sql) => spark.sql<Row>(sql)));
}

/** The files that the table has now, by their paths on HDFS. @throws UNREACHABLE; SparkError */
export async function filesOfTable({ address, table = clicksNames().table, signal }: AskOptions): Promise<string[]> {
  await using spark = await openSession({ address, signal });
  const rows = await spark.sql<{ file: string }>(`SELECT DISTINCT input_file_name() AS file FROM ${table}`);
  return rows.map(({ file }) => new URL(file).pathname);
}

/** Apart, because TypeScript leaves the path of an import as it is in a function with `await using`, and the built library has no `.ts`. */
async function openSession({ address, signal, settings = {} }: Omit<AskOptions, "onAnswer">): Promise<SparkSession> {
  const { openSpark } = await import("../../../spark/index.ts"); // here, because its libraries take a while to load
  return openSpark({ address, signal, configuration: settings });
}

/** Hive looks at its jobs once a second to see whether they have ended; a small one ends sooner. */
const PROMPT = { "hive.exec.counters.pull.interval": "50", "mapreduce.client.progressmonitor.pollinterval": "50" };
/** A session runs one statement at a time, in one thread; a laptop has two. */
const HIVE_SESSIONS = 2;

/** Asks Hive. @throws UNREACHABLE; HIVE_FAILED */
export async function askHive({ address, signal, settings = {}, ...options }: AskOptions): Promise<ClicksAnswers> {
  await using sessions = new AsyncDisposableStack();
  return await askAll(options, HIVE_SESSIONS, async () => {
    const hive = sessions.use(await openHive({ address, signal }));
    for (const [name, value] of Object.entries({ ...PROMPT, ...settings })) await hive.execute(`SET ${name}=${value}`);
    return (sql) => hive.query(sql) as Promise<Row[]>;
  });
}

/** Asks all questions, some at once: each asker takes the next one that nobody has asked. */
async function askAll(
  { table = clicksNames().table, onAnswer }: Pick<AskOptions, "table" | "onAnswer">,
  askers: number,
  open: () => Promise<(sql: string) => Promise<Row[]>>,
): Promise<ClicksAnswers> {
  const answers: [ClicksAnswerName, readonly Row[]][] = [];
  const left = clicksQuestions.values();
  const all = Array.from({ length: askers }, async () => {
    const ask = await open();
    for (const { name, sql } of left) {
      answers.push([name, await ask(sql(table))]);
      onAnswer?.(answers.length);
    }
  });
  await Promise.all(all);
  return Object.fromEntries(answers) as ClicksAnswers;
}
