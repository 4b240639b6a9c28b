/** The job that rebuilds texts, written by hand in Java (`peers/java`): compiled against the stack's Hadoop, and run on YARN. */
import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Hdfs } from "../lib/src/hdfs/index.ts";
import type { HadoopClient } from "../lib/src/mapreduce/index.ts";
import { jarsFolder } from "../setup/paths.mjs";

const execute = promisify(execFile);
const SOURCE = join(import.meta.dirname, "peers", "java", "Rebuild.java");

/** What a run has done. */
export interface NativeRun {
  /** From the start of the client to its end. */
  readonly seconds: number;
  /** The SHA-256 of each text, in hexadecimal, by its URI. */
  readonly hashes: ReadonlyMap<string, string>;
}

/**
 * Compiles the job.
 *
 * @param folder where its classes and its jar go
 * @returns the path of the jar; undefined when the Java of the stack is no JDK, and compiles nothing
 */
export async function compileNative(
  { java }: HadoopClient,
  folder: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const tool = (name: string): string => join(dirname(java), name);
  if (
    !(await access(tool("javac")).then(
      () => true,
      () => false,
    ))
  )
    return undefined;
  const classes = join(folder, "classes");
  const jar = join(folder, "rebuild.jar");
  await mkdir(classes, { recursive: true });
  const path = join(jarsFolder(), "hadoop", "*");
  await execute(tool("javac"), ["--release", "17", "-nowarn", "-proc:none", "-cp", path, "-d", classes, SOURCE], {
    signal,
  });
  await execute(tool("jar"), ["--create", "--file", jar, "-C", classes, "."], { signal });
  return jar;
}

/** Runs the job. @throws what its client has written last, when it fails */
export async function runNative(
  { java, arguments: flags, environment }: HadoopClient,
  jar: string,
  { input, output, reducers }: { readonly input: string; readonly output: string; readonly reducers: number },
  hdfs: Hdfs,
  signal?: AbortSignal,
): Promise<NativeRun> {
  const begun = performance.now();
  const args = [...flags, "org.apache.hadoop.util.RunJar", jar, "Rebuild", input, `hdfs://${output}`, String(reducers)];
  await execute(java, args, { env: environment, maxBuffer: 1 << 24, signal }).catch((cause: unknown) => {
    const said = String((cause as { stderr?: unknown }).stderr ?? cause).trim();
    throw new Error(`the job in Java has failed: ${said.split("\n").slice(-5).join("\n")}`, { cause });
  });
  const seconds = (performance.now() - begun) / 1000;
  const hashes = new Map<string, string>();
  for (const { name, path } of await hdfs.list(output)) {
    if (!name.startsWith("part-")) continue;
    for (const line of (await hdfs.read(path)).toString("utf8").split("\n")) {
      if (line === "") continue;
      const record = JSON.parse(line) as { uri: string; complete?: boolean; sha256?: string };
      if (record.complete === true) hashes.set(record.uri, record.sha256 ?? "");
    }
  }
  return { seconds, hashes };
}
