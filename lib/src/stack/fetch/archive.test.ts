import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { fetchArchive, unpackArchive } from "./archive.ts";
import { needsPart } from "./needs-for-test.ts";
import { archiveFolder, hasArchive, parseCoordinates } from "./places.ts";
import { type TarEntry, tarEntries } from "./tar.ts";

const long = `plugin/hive/${"a-long-name-".repeat(12)}.jar`;
let folder = "";
let archive = "";

/** An archive as those of Trino: most files are other names of files that come earlier. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook-archive-"));
  const top = join(folder, "server-1");
  const files = {
    "lib/a.jar": "a",
    "plugin/ai/shared.jar": "shared",
    [long]: "long",
    "README.txt": "read",
    "lib/größe.txt": "u",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(top, name)), { recursive: true });
    await writeFile(join(top, name), text);
  }
  await link(join(top, "plugin/ai/shared.jar"), join(top, "plugin/hive/shared.jar"));
  await link(join(top, "lib/a.jar"), join(top, "plugin/hive/a.jar"));
  archive = join(folder, "server.tar.gz");
  const order = ["lib", "plugin/ai", "plugin/hive", "README.txt"].map((name) => `server-1/${name}`);
  await promisify(execFile)("tar", ["-czf", archive, "-C", folder, ...order]);
});
after(() => rm(folder, { recursive: true, force: true }));

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(place.length + 1))
    .sort();
}

test("the files of an archive are known with those that they are another name of", async () => {
  const entries: TarEntry[] = [];
  for await (const entry of tarEntries(archive)) entries.push(entry);
  assert.deepEqual(
    new Map(entries.map(({ name, linkOf }) => [name, linkOf])).get("server-1/plugin/hive/shared.jar"),
    "server-1/plugin/ai/shared.jar",
  );
  assert.ok(
    entries.some(({ name }) => name === `server-1/${long}`),
    "long names are whole",
  );
  assert.ok(entries.some(({ name }) => name === "server-1/lib/größe.txt"));
});

test("what is kept is unpacked, with the content of files that are not", async () => {
  const place = join(folder, "kept");
  await unpackArchive(archive, ["lib/*.jar", "plugin/{hive,kafka}/**"], place);
  assert.deepEqual(await filesIn(place), ["lib/a.jar", "plugin/hive/a.jar", "plugin/hive/shared.jar", long].sort());
  assert.equal(await readFile(join(place, "plugin/hive/shared.jar"), "utf8"), "shared");
  await assert.rejects(stat(join(place, "plugin/ai")), { code: "ENOENT" });
});

test("an archive that holds nothing of what is kept, or is none, is refused", async () => {
  await assert.rejects(
    unpackArchive(archive, ["bin/**"], join(folder, "none")),
    /no file of server\.tar\.gz matches bin/,
  );
  const broken = join(folder, "broken.tar.gz");
  await writeFile(broken, (await readFile(archive)).subarray(0, 100));
  await assert.rejects(unpackArchive(broken, ["**"], join(folder, "none")), /broken\.tar\.gz cannot be unpacked/);
});

test("coordinates are read", () => {
  assert.deepEqual(parseCoordinates("io.trino:trino-server:tar.gz:476"), {
    group: "io.trino",
    artifact: "trino-server",
    extension: "tar.gz",
    classifier: undefined,
    version: "476",
  });
  assert.equal(parseCoordinates("g:a:tar.gz:bin:1").classifier, "bin");
  for (const wrong of ["", "g:a:1", "g:a:tar.gz:bin:1:2", "g::tar.gz:1"]) assert.throws(() => parseCoordinates(wrong));
});

const maven = {
  artifact: "org.apache.maven:apache-maven:tar.gz:bin:3.9.9",
  sha256: "7a9cdf674fc1703d6382f5f330b3d110ea1b512b51f1652846d9e4e8a588d766",
  megabytes: 9,
  keep: ["lib/maven-core-*.jar", "bin/*"],
} as const;

test(
  "an archive of Maven Central is fetched, and the archive itself is not kept",
  needsPart(maven.artifact, 9),
  async () => {
    const cache = join(folder, "cache");
    const reports: string[] = [];
    const options = {
      cache,
      environment: process.env,
      report: (_kind: string, message: string) => void reports.push(message),
    };
    await fetchArchive(maven, options);
    assert.ok(await hasArchive(maven, cache));
    const files = await filesIn(archiveFolder(maven, cache));
    assert.ok(files.includes("lib/maven-core-3.9.9.jar") && files.includes("bin/mvn"));
    assert.ok((await stat(join(archiveFolder(maven, cache), "bin", "mvn"))).mode & 0o100, "programs can be run");
    assert.deepEqual(await readdir(join(cache, "downloads")), []);
    assert.match(reports.join("\n"), /apache-maven-3\.9\.9-bin\.tar\.gz: \d+ of 9 MB/);
    await fetchArchive(maven, { ...options, environment: { PATH: "/nowhere" } }); // in place, so nobody is asked
    const wrong = { ...maven, sha256: "0".repeat(64) };
    await assert.rejects(fetchArchive(wrong, options), /not the file that the project recorded/);
    assert.equal(await hasArchive(wrong, cache), false);
  },
);
