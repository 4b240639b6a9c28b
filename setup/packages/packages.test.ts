import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodePackage } from "../../lib/bin/find-node.mjs";
import { missingPackage, newEnough } from "./packages.mjs";
import { networkFailure } from "../run.mjs";

const pinned = `node_modules/${nodePackage()}`;
const wanted = {
  "": {},
  lib: {},
  "node_modules/streambook": { link: true },
  "node_modules/a": { version: "1.0.0" },
  "lib/node_modules/a": { version: "2.0.0" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
  [pinned]: { version: "24.0.0", optional: true },
};
const { "": _root, "node_modules/other-platform": _other, ...installed } = wanted;
const { [pinned]: _pinned, ...withoutNode } = installed;

const cases: [name: string, there: object | undefined, expected: string | undefined][] = [
  ["nothing", undefined, "node_modules"],
  ["everything, and nothing of other platforms", installed, undefined],
  ["another version", { ...installed, "lib/node_modules/a": { version: "2.0.1" } }, "lib/node_modules/a"],
  ["no Node for this platform", withoutNode, pinned],
];
for (const [name, there, expected] of cases) {
  test(`what is installed is compared with package-lock.json: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "streambook-packages-"));
    try {
      await mkdir(join(folder, "node_modules"));
      await writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
      if (there !== undefined)
        await writeFile(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages: there }));
      assert.equal(await missingPackage(folder), expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test("a network that is not there is recognised in what npm and Maven say", () => {
  for (const line of [
    "npm error network request to https://packages.example/a failed, reason: getaddrinfo ENOTFOUND packages.example",
    "[ERROR] Connect to 127.0.0.1:9 failed: Connection refused",
    "[ERROR] jars.example: Temporary failure in name resolution",
  ]) {
    assert.equal(networkFailure(["something", line]), line);
  }
  assert.equal(networkFailure(["npm error code EACCES"]), undefined);
});

test("an npm that cannot read the lock file fetches one that can", async () => {
  const saying = (version: string) => async () => ({ code: 0, signal: null, lines: [version] });
  for (const version of ["10.0.0", "11.6.2", "100.1.0"])
    assert.deepEqual(await newEnough(["npm"], undefined, saying(version)), ["npm"]);
  for (const version of ["9.2.0", "8.19.4"]) {
    const command = await newEnough(["npm"], undefined, saying(version));
    assert.deepEqual(command, ["npm", "exec", "--yes", "--package=npm@10.9.4", "--", "npm"]);
  }
});
