/** The kernel specification: where it is written, when it is old, and paths as users have them. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodePackage } from "../../lib/bin/find-node.mjs";
import { jupyterFolder, kernelFile, kernelIsOld, kernelSpecification, kernelText, writeKernel } from "./kernel.mjs";

const project = await mkdtemp(join(tmpdir(), "stream book "));
after(() => rm(project, { recursive: true, force: true }));

test("the specification is written once, and again when it is old", async () => {
  assert.equal(await kernelIsOld(project), true);
  assert.equal(await writeKernel({ project }), true);
  assert.equal(await writeKernel({ project }), false);
  assert.deepEqual(JSON.parse(await readFile(kernelFile(project), "utf8")), kernelSpecification(project));
  assert.ok(kernelFile(project).startsWith(join(jupyterFolder(project), "kernels")));
});

test("a blank in a path is written as Node reads it: encoded in an address, as it is in a path", () => {
  const { argv, env } = kernelSpecification(project);
  const preload = argv[argv.indexOf("--import") + 1] ?? "";
  assert.match(preload, /^file:\/\/.*stream%20book%20/);
  assert.ok(argv.some((word) => word === join(project, "node_modules", "tslab", "bin", "tslab")));
  assert.ok(argv.every((word) => word !== ""));
  assert.equal(env.STREAMBOOK_KERNEL, project);
});

test("an image has the kernel that set-up will write, before anything is installed", () => {
  const { argv, env } = JSON.parse(kernelText("/workspace")) as { argv: string[]; env: Record<string, string> };
  assert.equal(argv[0], `/workspace/node_modules/${nodePackage()}/bin/node`);
  assert.deepEqual(env, { STREAMBOOK_KERNEL: "/workspace" });
  const written = kernelSpecification("/workspace").argv.slice(1);
  assert.deepEqual(argv.slice(1), written);
});
