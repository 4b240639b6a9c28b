/** Offline kits: what npm and pip get from one, and which ones are refused, in words that say what to do. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { jarsFromKit, kitPlatform, makeKit, openKit, recordedVersions } from "./kit.mjs";
import { createBoard } from "../board.mjs";
import { tarballName } from "./layout.mjs";
import { withKit } from "./server.mjs";
import { npmCommand } from "../machine/requirements.mjs";
import { run } from "../run.mjs";
import { setUpOptions } from "../setup.mjs";

const FILES: Readonly<Record<string, string>> = {
  "packages/@types+node-24.0.0.tgz": "types of node",
  "packages/crc-32-1.2.2.tgz": "a name with a number",
  "packages/left-pad-1.3.0.tgz": "left",
  "packages/left-pad-2.0.0-beta.1.tgz": "beta",
  "wheels/zope.interface-7.0-py3-none-any.whl": "a wheel",
  "jars/00.jar": "a jar",
};

interface Change {
  readonly platform?: string;
  readonly versions?: string;
  readonly format?: number;
}

/** A small kit of this version, for this machine. */
async function inKit(body: (folder: string) => Promise<void>, change: Change = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook kit "));
  try {
    for (const name of ["packages", "wheels", "jars"]) await mkdir(join(folder, name));
    const files: Record<string, [number, string]> = {};
    for (const [path, text] of Object.entries(FILES)) {
      await writeFile(join(folder, path), text);
      files[path] = [text.length, createHash("sha256").update(text).digest("hex")];
    }
    const manifest = { format: 1, platform: kitPlatform(), made: "2026-11-25T08:00:00.000Z", pythons: ["3.11"], files };
    const whole = { ...manifest, versions: await recordedVersions(), ...change };
    await writeFile(join(folder, "kit.json"), JSON.stringify(whole));
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a whole kit of this version is opened", () =>
  inKit(async (folder) => {
    assert.equal(await openKit(folder, { python: "3.11" }), folder);
  }));

const refused: [name: string, spoil: (folder: string) => Promise<void>, change: Change, message: RegExp][] = [
  [
    "half copied",
    (folder) => rm(join(folder, "kit.json")),
    {},
    /was not finished \(there is no kit\.json\); copy it again/,
  ],
  [
    "a file is missing",
    (folder) => rm(join(folder, "jars/00.jar")),
    {},
    /not whole: 1 file is missing or changed \(jars\/00\.jar\)/,
  ],
  [
    "a file is cut off",
    (folder) => truncate(join(folder, "packages/left-pad-1.3.0.tgz"), 2),
    {},
    /left-pad-1\.3\.0\.tgz\); copy it again/,
  ],
  [
    "a file is another",
    (folder) => writeFile(join(folder, "packages/left-pad-1.3.0.tgz"), "evil"),
    {},
    /not whole: .*left-pad/,
  ],
  [
    "the list is cut off",
    (folder) => truncate(join(folder, "kit.json"), 40),
    {},
    /kit\.json is cut off; copy the kit again/,
  ],
  [
    "another platform",
    async () => {},
    { platform: "darwin-arm64" },
    /is for darwin-arm64, and this machine is \w+-\w+; make one/,
  ],
  [
    "another version",
    async () => {},
    { versions: "0".repeat(64) },
    /another version of the course \(made 2026-11-25\); .*git clone/,
  ],
  ["another layout", async () => {}, { format: 2 }, /another version of the course/],
  [
    "no kit",
    (folder) =>
      Promise.all(["kit.json", "packages"].map((name) => rm(join(folder, name), { recursive: true }))).then(
        () => undefined,
      ),
    {},
    /is no kit/,
  ],
  ["no folder", (folder) => rm(folder, { recursive: true }), {}, /there is no folder/],
];
for (const [name, spoil, change, message] of refused)
  test(`a kit is refused: ${name}`, () =>
    inKit(async (folder) => {
      await spoil(folder);
      await assert.rejects(openKit(folder, { python: "3.11" }), (error: Error) => {
        assert.match(error.message, message);
        assert.equal(error.name, "SetupProblem");
        return true;
      });
    }, change));

test("a kit without JupyterLab for this Python says which it has", () =>
  inKit(async (folder) => {
    await assert.rejects(openKit(folder, { python: "3.9" }), /JupyterLab for Python 3\.11, and this machine has 3\.9/);
  }));

test("npm and pip get their files from the kit, and are led nowhere else", () =>
  inKit(async (folder) => {
    const given = {
      PATH: "/bin",
      HTTPS_PROXY: "http://proxy:1",
      "npm_config_@types:registry": "http://elsewhere",
      PIP_EXTRA_INDEX_URL: "http://elsewhere",
    };
    await withKit(folder, given, async (environment) => {
      assert.deepEqual(
        Object.values(environment).filter((value) => /elsewhere|proxy/.test(value ?? "")),
        [],
      );
      assert.equal(environment["PATH"], "/bin");
      const registry = environment["npm_config_registry"] ?? "";
      const found = (await (await fetch(`${registry}@types%2fnode`)).json()) as {
        versions: Record<string, { dist: { tarball: string; integrity: string } }>;
      };
      const { tarball = "", integrity } = found.versions["24.0.0"]?.dist ?? {};
      assert.equal(integrity, `sha512-${createHash("sha512").update("types of node").digest("base64")}`);
      assert.equal(await (await fetch(tarball)).text(), "types of node");
      const two = (await (await fetch(`${registry}left-pad`)).json()) as { versions: object };
      assert.deepEqual(Object.keys(two.versions).sort(), ["1.3.0", "2.0.0-beta.1"]);
      const sum = (await (await fetch(`${registry}crc-32`)).json()) as { versions: object };
      assert.deepEqual(Object.keys(sum.versions), ["1.2.2"]);
      assert.equal((await fetch(`${registry}not-there`)).status, 404);
      const index = environment["PIP_INDEX_URL"] ?? "";
      const page = await (await fetch(`${index}zope-interface/`)).text();
      const href = /href="([^"]+)"/.exec(page)?.[1] ?? "";
      assert.equal(await (await fetch(new URL(href, index))).text(), "a wheel");
      for (const path of ["..%2fkit.json", "%2e%2e%2f%2e%2e%2fetc%2fpasswd"])
        assert.equal((await fetch(`${registry}files/${path}`)).status, 404, path);
    });
  }));

test("the npm of this machine takes the kit for its registry", () =>
  inKit(async (folder) => {
    const npm = npmCommand() ?? [];
    await withKit(folder, process.env, async (env) => {
      const { code, lines } = await run([...npm, "view", "left-pad", "versions", "--json"], { cwd: tmpdir(), env });
      assert.equal(code, 0, lines.join("\n"));
      assert.deepEqual((JSON.parse(lines.join("\n")) as string[]).sort(), ["1.3.0", "2.0.0-beta.1"]);
    });
  }));

test("a kit is not made in a folder that holds something else", () =>
  inKit(async (folder) => {
    await writeFile(join(folder, "my thesis.txt"), "precious");
    const board = createBoard({ stream: { write: () => true } });
    await assert.rejects(
      makeKit({ folder, board }),
      /holds things that are not of a kit \(.*\), and nothing is written/,
    );
    assert.equal(await readFile(join(folder, "my thesis.txt"), "utf8"), "precious");
  }));

test("a jar that a kit lacks is named", () =>
  inKit(async (folder) => {
    const fresh = join(folder, "fresh");
    await assert.rejects(jarsFromKit(folder, { fresh, libraries: ["kafka"] }), /has no .*\.jar of kafka/);
  }));

test("the file of a scoped package has a name that any disk takes", () => {
  assert.equal(tarballName({ name: "@types/node", version: "24.0.0" }), "@types+node-24.0.0.tgz");
});

test("what follows the command is understood, or answered with what would be", () => {
  assert.deepEqual(setUpOptions([]), {});
  assert.deepEqual(setUpOptions(["--kit", "/a b"]), { kit: "/a b" });
  assert.deepEqual(setUpOptions(["--from=/kit"]), { from: "/kit" });
  for (const words of [["--form", "x"], ["--kit"], ["--kit="], ["--kit", "a", "--from", "b"], ["extra"]])
    assert.throws(() => setUpOptions(words), /npm run setup -- --from DIR/, words.join(" "));
});
