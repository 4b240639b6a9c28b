import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findJava, findJavaFor } from "../java/java.mjs";
import { onPath, PROJECT } from "../paths.mjs";
import { installLines } from "./install-commands.mjs";
import { machine, type Probes } from "./probes.mjs";
import { checkRequirements } from "./requirements.mjs";

const GB = 1e9;

const java17 = { java: "/jdk/bin/java", home: "/jdk", version: "17.0.15", major: 17, build: "x" };

/** A machine on which everything is there, but for what a case takes away. */
function good(changes: Partial<Probes> = {}): Probes {
  return {
    node: () => "20.19.0",
    platform: () => "linux",
    arch: () => "x64",
    family: async () => "debian",
    java: async () => ({ found: java17, place: "PATH" }),
    onPath: (name) => `/usr/bin/${name}`,
    memory: async () => 8 * GB,
    disk: async () => 50 * GB,
    owner: async () => process.getuid?.(),
    openFiles: () => 4096,
    user: () => "learner",
    certificates: async () => undefined,
    writable: async () => true,
    ...changes,
  };
}

async function problems(changes: Partial<Probes>, environment: Record<string, string> = {}): Promise<string[]> {
  const checks = await checkRequirements({ environment, probes: good(changes), home: "/somewhere/.streambook" });
  return checks
    .filter(({ met }) => !met)
    .map(({ name, problem, remedy = [] }) => [name, problem, ...remedy].join("\n"));
}

test("a machine that has everything meets every requirement", async () => {
  assert.deepEqual(await problems({}), []);
});

const cases: [name: string, changes: Partial<Probes>, expected: RegExp[]][] = [
  [
    "no JDK",
    { java: async () => ({ place: "PATH", problem: "there is no `java` on PATH" }) },
    [/Java 17 or newer is needed: there is no `java` on PATH/, /apt-get install -y openjdk-21/],
  ],
  [
    "an old JDK is named with its version and its place",
    { java: async () => ({ found: { ...java17, version: "11.0.2", major: 11 }, place: "JAVA_HOME (/opt/jdk11)" }) },
    [/JAVA_HOME \(\/opt\/jdk11\) is Java 11\.0\.2/],
  ],
  [
    "a JAVA_HOME that leads nowhere",
    { java: async () => ({ place: "JAVA_HOME (/gone)", problem: "/gone/bin/java does not exist" }) },
    [/\/gone\/bin\/java does not exist/, /unset JAVA_HOME/],
  ],
  [
    "no Maven",
    { onPath: (name) => (name === "mvn" ? undefined : `/usr/bin/${name}`) },
    [/no `mvn` on PATH/, /apt-get install -y maven/],
  ],
  ["no npm", { onPath: (name) => (name === "npm" ? undefined : `/usr/bin/${name}`) }, [/no `npm` on PATH/]],
  [
    "memory too small",
    { memory: async () => 1.5 * GB },
    [/3\.0 GB of free memory; 1\.5 GB is available/, /STREAMBOOK_IGNORE=memory/],
  ],
  [
    "disk nearly full",
    { disk: async () => 0.2 * GB },
    [/4\.0 GB of disk are needed in \/somewhere\/\.streambook; 0\.2 GB is available/, /STREAMBOOK_HOME/],
  ],
  [
    "a folder of somebody else, as a container with another user number has it",
    { writable: async (folder) => folder !== PROJECT, owner: async () => 4321 },
    [/belongs to user number 4321, and this is number \d+/, /STREAMBOOK_UID=\d+ docker compose up/],
  ],
  [
    "a home on a disk that is mounted read-only",
    { writable: async (folder) => folder === PROJECT },
    [/\/somewhere\/\.streambook cannot be written/, /set STREAMBOOK_HOME .* mounted read-only/],
  ],
  ["few open files", { openFiles: () => 256 }, [/may open 256 files here, and HiveServer2 needs 1024/, /limits\.conf/]],
  [
    "a user number without a name",
    { user: () => undefined },
    [/user number \d+ has no name on this system, and Hadoop does not start without one/, /\/etc\/passwd/],
  ],
  [
    "a file of an authority that is none",
    { certificates: async () => "STREAMBOOK_CA names /gone, which is no file" },
    [/STREAMBOOK_CA names \/gone/, /unset STREAMBOOK_CA/],
  ],
  ["an old Node", { node: () => "16.20.0" }, [/Node 18 or newer is needed, and this is 16\.20\.0/]],
  [
    "macOS, where the project cannot bring its own Node",
    { platform: () => "darwin", arch: () => "arm64", family: async () => "macos" as const },
    [/Node 24 or newer is needed \(for this platform the project cannot bring its own\)/, /brew install node@24/],
  ],
  [
    "Windows",
    { platform: () => "win32", family: async () => "windows" as const },
    [/this is Windows/, /wsl --install/],
  ],
];
for (const [name, changes, expected] of cases) {
  test(`what is missing is named, with what to do: ${name}`, async () => {
    const found = await problems(changes);
    assert.equal(found.length, 1, found.join("\n\n"));
    for (const pattern of expected) assert.match(found[0] ?? "", pattern);
  });
}

test("memory and disk can be ignored by whoever knows better", async () => {
  assert.deepEqual(
    await problems({ memory: async () => 0, disk: async () => 0 }, { STREAMBOOK_IGNORE: "memory,disk" }),
    [],
  );
});

test("a stack that runs has its memory already, and jars that are there want no Maven", async () => {
  const probes = good({
    memory: async () => 0,
    onPath: (name) => (name === "mvn" ? undefined : name),
    disk: async () => 2 * GB,
  });
  const checks = await checkRequirements({ environment: {}, probes, jarsMissing: false, stackRunning: true });
  assert.deepEqual(
    checks.filter(({ met }) => !met),
    [],
  );
});

test("an unknown system gets the commands of all", () => {
  const lines = installLines("maven", "other").join("\n");
  for (const word of ["apt-get", "dnf", "brew"]) assert.match(lines, new RegExp(word));
  assert.match(installLines("java", "windows").join("\n"), /wsl/);
});

/** A folder of programs that stands for PATH. */
async function withPrograms(programs: Record<string, string>, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook path "));
  try {
    await mkdir(join(folder, "bin"));
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
      await chmod(join(folder, "bin", name), 0o755);
    }
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const answer = (version: string): string =>
  `cat >&2 <<END\nProperty settings:\n    java.home = /opt/jdk\n    java.version = ${version}\n    java.vendor = Someone\n    java.vm.version = ${version}+1\nEND`;

test("Java is the one of JAVA_HOME, else the one on PATH", async () => {
  await withPrograms({ java: answer("11.0.2") }, async (folder) => {
    await withPrograms({ java: answer("21") }, async (other) => {
      const PATH = join(folder, "bin");
      assert.equal((await findJava({ PATH })).found?.major, 11);
      assert.equal((await findJava({ PATH, JAVA_HOME: other })).found?.major, 21);
    });
  });
});

test("a program that accepts certain versions gets a Java of the machine that fits, wherever JAVA_HOME leads", async () => {
  await withPrograms({ java: answer("17.0.1") }, async (chosen) => {
    await withPrograms({ java: answer("25.0.1") }, async (other) => {
      await writeFile(join(other, "release"), 'JAVA_VERSION="25.0.1"\n');
      const environment = { PATH: join(chosen, "bin"), JAVA_HOME: chosen };
      const find = (lowest: number, highest?: number): ReturnType<typeof findJavaFor> =>
        findJavaFor({ lowest, highest }, environment, { folders: [], homes: [other] });
      assert.equal((await find(17)).found?.major, 17, "the chosen one, if it is accepted");
      assert.equal((await find(21)).found?.major, 25);
      const nowhere = { ...environment, JAVA_HOME: "/nowhere" };
      const mistaken = await findJavaFor({ lowest: 17 }, nowhere, { folders: [], homes: [other] });
      assert.match(mistaken.problem ?? "", /\/nowhere\/bin\/java does not exist/);
      assert.equal((await find(18, 24)).found?.major, 17, "none: the chosen one, for the message");
      assert.equal(
        (await findJavaFor({ lowest: 25 }, { PATH: join(other, "bin"), JAVA_HOME: chosen }, { folders: [] })).found
          ?.major,
        25,
        "PATH, too",
      );
    });
  });
});

const versions: [string, number][] = [
  ["1.8.0_402", 8],
  ["17.0.15", 17],
  ["25", 25],
  ["26-ea", 26],
];
for (const [version, major] of versions) {
  test(`Java ${version} is Java ${major}`, async () => {
    await withPrograms({ java: answer(version) }, async (folder) => {
      const { found } = await findJava({ PATH: join(folder, "bin") });
      assert.deepEqual([found?.major, found?.version, found?.java], [major, version, "/opt/jdk/bin/java"]);
    });
  });
}

test("a Java that is not there, or does not answer, is a problem with a reason", async () => {
  assert.match((await findJava({ PATH: "" })).problem ?? "", /no `java` on PATH/);
  assert.match((await findJava({ JAVA_HOME: "/nowhere" })).problem ?? "", /\/nowhere\/bin\/java does not exist/);
  await withPrograms({ java: "echo 'no runtime present' >&2; exit 1" }, async (folder) => {
    assert.match((await findJava({ PATH: join(folder, "bin") })).problem ?? "", /does not answer/);
  });
});

test("programs are found on PATH, folders and files that cannot run are not", async () => {
  await withPrograms({ mvn: "true" }, async (folder) => {
    await mkdir(join(folder, "bin", "npm"));
    await writeFile(join(folder, "bin", "java"), "");
    const PATH = `/nowhere:${join(folder, "bin")}`;
    assert.deepEqual(
      ["mvn", "npm", "java"].map((name) => onPath(name, { PATH }) !== undefined),
      [true, false, false],
    );
  });
});

test("the real machine answers every question", async () => {
  const probes = machine();
  assert.ok((await probes.memory()) > 0);
  assert.ok(probes.openFiles() > 0);
  assert.ok(((await probes.disk(join(tmpdir(), "not", "yet", "there"))) ?? 0) > 0);
});
