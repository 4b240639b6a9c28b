import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createBoard } from "../board.mjs";
import { jarsProblem, resolveJars, verifyJars } from "./jars.mjs";
import { parseChecksums } from "../recorded.mjs";
import { JARS_MARK } from "../owned.mjs";
import { onPath } from "../paths.mjs";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const silent = (): ReturnType<typeof createBoard> => createBoard({ stream: { write: () => true } });

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook-jars-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("lists of checksums are read as sha256sum writes them", () => {
  const a = sha256("a");
  assert.deepEqual(
    [...parseChecksums(`${a}  one.jar\n${a} *two 2.jar\nnot a line\n`)],
    [
      ["one.jar", a],
      ["two 2.jar", a],
    ],
  );
});

const cases: [name: string, files: Record<string, string>, expected: RegExp | undefined][] = [
  ["as recorded", { "a.jar": "a", "b.jar": "b" }, undefined],
  [
    "altered",
    { "a.jar": "a", "b.jar": "evil" },
    /hive\/b\.jar is not the file the project recorded .*find ~\/\.m2\/repository -name 'b\.jar'/,
  ],
  ["missing", { "a.jar": "a" }, /hive\/b\.jar is missing/],
  [
    "too many",
    { "a.jar": "a", "b.jar": "b", "c.jar": "c" },
    /hive\/c\.jar is not in .*hive\.sha256; if you changed a version, run `node setup\/checksums\.mjs`/,
  ],
];
for (const [name, files, expected] of cases) {
  test(`a folder of jars is checked: ${name}`, () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, "hive"));
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder, "hive", file), text);
      const recorded = new Map([
        ["a.jar", sha256("a")],
        ["b.jar", sha256("b")],
      ]);
      const check = verifyJars(join(folder, "hive"), recorded);
      await (expected === undefined ? check : assert.rejects(check, expected));
    }));
}

/** Resolves with a program in the place of Maven, in a folder that holds an older set of jars. */
async function resolveWith(
  maven: string,
  check: (folder: string, result: Promise<boolean>, abort: AbortController) => Promise<void>,
  { marked = true } = {},
): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "mvn"), `#!/bin/sh\n${maven}\n`);
    await chmod(join(folder, "bin", "mvn"), 0o755);
    await mkdir(join(folder, "jars", "kafka"), { recursive: true });
    await writeFile(join(folder, "jars", "kafka", "old.jar"), "old");
    if (marked) await writeFile(join(folder, "jars", JARS_MARK.name), "");
    const abort = new AbortController();
    const environment = { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
    const result = resolveJars({ board: silent(), folder: join(folder, "jars"), environment, signal: abort.signal });
    await check(folder, result, abort);
    assert.deepEqual((await readdir(folder)).sort(), ["bin", "jars"], "nothing half-done is left");
    const left = (await readdir(join(folder, "jars"))).filter((name) => name !== JARS_MARK.name);
    assert.deepEqual(left, ["kafka"], "nothing half-done is left");
    assert.deepEqual(await readdir(join(folder, "jars", "kafka")), ["old.jar"], "what was there stays");
  });
}

test("a folder of jars that set-up has not made is refused before Maven is asked: /opt may have a kafka of its own", () =>
  resolveWith(
    "echo '[ERROR] Maven was asked'; exit 1",
    (folder, result) =>
      assert.rejects(result, {
        message: new RegExp(`^STREAMBOOK_JARS is ${folder}/jars, which holds .*\\(kafka\\).*; set it to a new`),
      }),
    { marked: false },
  ));

test("no network is one plain message", () =>
  resolveWith(
    "echo '[ERROR] Could not transfer artifact org.apache:x:pom:1 from central: repo.maven.apache.org: Unknown host' ; exit 1",
    (_, result) =>
      assert.rejects(result, /Maven cannot reach Maven Central \(org\.apache:x:pom:1.*\); check the network/),
  ));

test("a resolve that fails for another reason reports Maven's own message", () =>
  resolveWith("echo '[ERROR] The POM is broken'; exit 1", (_, result) =>
    assert.rejects(result, /Maven failed:\n {2}The POM is broken/),
  ));

test("jars that are not those recorded are not put in place", () =>
  resolveWith(
    `for word in "$@"; do case "$word" in -Dstreambook.jars=*) folder="\${word#*=}";; esac; done; for name in kafka hadoop hive; do mkdir -p "$folder/$name"; echo evil > "$folder/$name/evil.jar"; done`,
    (_, result) => assert.rejects(result, /kafka\/.* is missing/),
  ));

test("an interrupted resolve ends Maven and leaves nothing", () =>
  resolveWith("exec sleep 60", async (_, result, abort) => {
    setTimeout(() => abort.abort(new Error("stopped")), 300);
    await assert.rejects(result, /stopped/);
  }));

test(
  "Maven itself, with settings that lead nowhere, ends in the same plain message",
  { skip: onPath("mvn") === undefined && "Maven is not installed" },
  () =>
    inFolder(async (folder) => {
      await writeFile(
        join(folder, "settings.xml"),
        `<settings><localRepository>${join(folder, "repository")}</localRepository><mirrors><mirror><id>nowhere</id><mirrorOf>central</mirrorOf><url>http://127.0.0.1:9/</url></mirror></mirrors></settings>`,
      );
      const result = resolveJars({
        board: silent(),
        folder: join(folder, "jars"),
        mavenArguments: ["-s", join(folder, "settings.xml")],
      });
      await assert.rejects(result, /Maven cannot reach Maven Central/);
      assert.deepEqual(await readdir(join(folder, "jars")), [JARS_MARK.name], "nothing half-done is left");
    }),
);

test("a folder without a complete set has a problem", () =>
  inFolder(async (folder) => assert.match((await jarsProblem(folder)) ?? "", /holds no complete set of jars/)));
