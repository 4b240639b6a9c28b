/** The hand-made programs of `bench/peers`: their Python environments, fetched when they are first needed, and how they are run. */
import { globSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pythonEnvironment } from "../../setup/machine/environment.mjs";
import { jarsFolder } from "../../setup/paths.mjs";
import { isStreambookError, StreambookError } from "../../lib/src/errors/index.ts";
import { fetchFor, projectFolder, type PythonPackages, pythonProgram } from "../../lib/src/stack/index.ts";
import { openLayout } from "../../lib/src/stack/layout.ts";
import { findRuntimes } from "../../lib/src/stack/fetch/runtimes.ts";
import type { Engine, ReadyEngine, Where } from "./engine.ts";

const peers = join(projectFolder(), "bench", "peers");

/** The packages of a peer, as they are pinned in its folder. */
export async function peerPackages(peer: "python" | "pyspark"): Promise<PythonPackages> {
  const lines = async (file: string): Promise<string[]> =>
    (await readFile(join(peers, peer, file), "utf8")).trimEnd().split("\n");
  const common = { name: `peer-${peer}`, requirements: await lines("requirements.txt"), python: { lowest: "3.11" } };
  if (peer === "python") return { ...common, megabytes: 490 };
  return { ...common, sources: await lines("sources.txt"), megabytes: 1020 };
}

/** Spark's connector for Kafka, and what it needs that PySpark does not bring; all of them are among the jars of the service. */
const CONNECTOR = ["spark-sql-kafka", "spark-token-provider-kafka", "kafka-clients", "commons-pool2"];

const pythonEngine = (name: "python" | "python-words", tokens: "split" | "words", note: string): Engine => ({
  name,
  note,
  prepare: async (where) => {
    const program = await pythonOf("python", where);
    return localEngine("python", program, where, { arguments: ["--tokens", tokens] });
  },
});

export const python = pythonEngine(
  "python",
  "split",
  "bench/peers/python/peer.py: librdkafka, orjson, scikit-learn, Arrow; a word is what stands between blanks, 1,000 features; snappy Parquet on " +
    "the local disk. No HDFS, no Hive, no check of the schema, no windows, no models; killed, it begins anew",
);
export const pythonWords = pythonEngine("python-words", "words", "the same with word tokens, as ours has them");

export const pyspark: Engine = {
  name: "pyspark",
  note:
    "bench/peers/pyspark/peer.py: Spark in a Java of its own, which starts with it, on all cores; Tokenizer, HashingTF, IDF and k-means fitted on " +
    "2,000 messages, 1,000 features. It leaves out what the Python program leaves out",
  prepare: async (where) => {
    const { report, signal } = where;
    await fetchFor({ services: ["spark"], ...(signal && { signal }), onProgress: ({ message }) => report(message) });
    const program = await pythonOf("pyspark", where);
    const java = (await findRuntimes(openLayout(), ["spark"], process.env)).javas.get("spark");
    return localEngine("pyspark", program, where, {
      arguments: ["--jars", connectorJars().join(",")],
      environment: { ...(java && { JAVA_HOME: java.home }), SPARK_HOME: undefined, PYSPARK_PYTHON: program },
    });
  },
};

function connectorJars(): string[] {
  const folder = join(jarsFolder(), "spark");
  return CONNECTOR.map((name) => {
    const [jar] = globSync(`${name}-*.jar`, { cwd: folder });
    if (jar === undefined) throw new StreambookError("SETUP_MISSING", `${folder} holds no ${name}`);
    return join(folder, jar);
  });
}

/** The Python of a peer's environment; installed first if it is missing. */
async function pythonOf(peer: "python" | "pyspark", { report, signal }: Where): Promise<string> {
  try {
    const onProgress = ({ message }: { readonly message: string }): void => report(message);
    return await pythonProgram(await peerPackages(peer), "python", { ...(signal && { signal }), onProgress });
  } catch (cause) {
    if (!isStreambookError(cause, "SETUP_MISSING") && !isStreambookError(cause, "UNREACHABLE")) throw cause;
    const instead = `or leave it out: --only with the engines that you want, without ${peer}`;
    throw new StreambookError(cause.code, `${cause.message}\n  ${instead}`, { cause });
  }
}

/** A program of `bench/peers` that writes into a folder of this machine. */
function localEngine(
  peer: string,
  program: string,
  { addresses, topic, folder }: Where,
  given: { readonly arguments: readonly string[]; readonly environment?: NodeJS.ProcessEnv },
): ReadyEngine {
  return {
    command: async (run) => ({
      program,
      arguments: [
        ...[join(peers, peer, "peer.py"), "--broker", addresses.kafka, "--topic", topic],
        ...["--output", join(folder, run), ...given.arguments],
      ],
      environment: { ...peerEnvironment(), ...given.environment },
    }),
    files: async function* (run) {
      for (const entry of await readdir(join(folder, run), { recursive: true, withFileTypes: true }))
        if (entry.isFile() && /^[^._].*\.parquet$/.test(entry.name))
          yield await readFile(join(entry.parentPath, entry.name));
    },
    remove: (run) => rm(join(folder, run), { recursive: true, force: true }),
  };
}

/** The user's environment without what leads to other packages, or chooses slower arithmetic than this machine can do. */
function peerEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(pythonEnvironment()).filter(([name]) => !name.startsWith("OPENBLAS_"));
  return Object.fromEntries(entries);
}
