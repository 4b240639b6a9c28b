/** The hand-made programs given what is wrong. What they do with messages is seen in peers.stack.test.ts. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { projectFolder, pythonProgram } from "../../lib/src/stack/index.ts";
import { findEnvironment } from "../../lib/src/stack/fetch/places.ts";
import { requirePython } from "../../lib/src/stack/fetch/python.ts";
import { describePart } from "../../lib/src/stack/fetch/runtimes.ts";
import { openLayout } from "../../lib/src/stack/layout.ts";
import type { Where } from "./engine.ts";
import { peerPackages, python } from "./peers.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook-peers-"));
after(() => rm(folder, { recursive: true, force: true }));

const found = await requirePython({ name: "this test" }, process.env).catch(() => undefined);
const noVenv =
  found === undefined || spawnSync(found.program, ["-c", "import ensurepip, venv"]).status !== 0
    ? "needs Python with venv: apt-get install python3-venv"
    : false;

// Only what is there already is tested, and nothing is fetched for this, not even by `--all`: together they are 1.5 GB.
const peers = await Promise.all(
  (["python", "pyspark"] as const).map(async (peer) => {
    const packages = await peerPackages(peer);
    const isThere = (await findEnvironment(packages, openLayout().cache)) !== undefined;
    const what = describePart({ what: `the Python packages of ${packages.name}`, megabytes: packages.megabytes });
    return { peer, skip: isThere ? false : `needs ${what}; \`npm run bench -- engines\` fetches them` };
  }),
);

for (const { peer, skip } of peers)
  describe(`the peer ${peer}`, { skip }, () => {
    const cases: readonly (readonly [what: string, given: readonly string[], message: RegExp, code: number])[] = [
      ["no arguments", [], /the following arguments are required: --broker, --topic, --output/, 2],
      ["no clusters", all("new", "--clusters", "0"), /--clusters: 0 is not a whole number above 0/, 2],
      ["a folder that is not empty", all("full"), /full is there already and not an empty folder; give another/, 1],
      ["a file as the folder", all("full/a"), /a is there already and not an empty folder; give another/, 1],
    ];
    for (const [what, given, message, code] of cases) {
      test(`${what}: says what is wrong, and writes nothing`, async () => {
        await writeFull();
        const said = await run(peer, given);
        assert.match(said.stderr, message);
        assert.equal(said.code, code);
        assert.deepEqual(await readdir(folder), ["full"]);
        assert.deepEqual(await readdir(join(folder, "full")), ["a"]);
      });
    }
  });

test(
  "without a network, the message says what to do, and how to go on without the peer",
  { skip: noVenv },
  async () => {
    const own = await mkdtemp(join(tmpdir(), "streambook-peers-cache-"));
    const before = { ...process.env };
    try {
      Object.assign(process.env, {
        ...{ STREAMBOOK_CACHE: join(own, "cache"), PIP_CACHE_DIR: join(own, "pip") },
        ...{ PIP_INDEX_URL: "http://127.0.0.1:9/simple/", PIP_RETRIES: "1", PIP_CONFIG_FILE: "/dev/null" },
      });
      const reported: string[] = [];
      const preparing = python.prepare({
        addresses: { kafka: "", webhdfs: "", resourcemanager: "", hive: "" } as unknown as Where["addresses"],
        ...{ topic: "none", folder: own, report: (message) => reported.push(message) },
      });
      await assert.rejects(preparing, {
        code: "UNREACHABLE",
        message: /because of the network: [^]*try again[^]*or leave it out: --only .* without python$/,
      });
      assert.match(reported[0] ?? "", /fetched once, to .*: the Python packages of peer-python \(490 MB\)/);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await rm(own, { recursive: true, force: true });
    }
  },
);

function all(output: string, ...more: readonly string[]): string[] {
  return ["--broker", "127.0.0.1:9", "--topic", "none", "--output", join(folder, output), ...more];
}

async function writeFull(): Promise<void> {
  await mkdir(join(folder, "full"), { recursive: true });
  await writeFile(join(folder, "full", "a"), "somebody's");
}

async function run(
  peer: "python" | "pyspark",
  given: readonly string[],
): Promise<{ readonly code: number; readonly stderr: string }> {
  const program = await pythonProgram(await peerPackages(peer), "python");
  const jars = peer === "pyspark" && given.length > 0 ? ["--jars", "none.jar"] : [];
  return new Promise((resolve) =>
    execFile(
      program,
      [join(projectFolder(), "bench", "peers", peer, "peer.py"), ...given, ...jars],
      (error, _stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stderr: stderr.replace(/\s+/g, " ") }),
    ),
  );
}
