import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const home = await mkdtemp(join(tmpdir(), "streambook-data-"));
after(() => rm(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

async function streambook(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, output, errors) =>
      resolve({ code: Number(error?.code ?? 0), output, errors }),
    );
  });
}

test("data generate writes labelled texts and says so", async () => {
  const folder = join(home, "texts");
  const { code, output } = await streambook(
    "data",
    "generate",
    "--topics",
    "3",
    "--texts",
    "6",
    "--size",
    "60KB",
    "--seed",
    "7",
    "--output",
    folder,
  );
  assert.equal(code, 0);
  assert.match(output, /^6 texts about 3 topics, 6\d(\.\d)? kB/);
  assert.equal((await readdir(folder)).length, 7);
  const again = await streambook("data", "generate", "--texts", "6", "--size", "60KB", "--output", folder);
  assert.equal(again.code, 2);
  assert.match(again.errors, /^streambook: the folder .* already has files.*\n$/);
});

const wrong: readonly (readonly string[])[] = [
  ["data", "generate"],
  ["data", "generate", "--output", home, "--topics", "0"],
  ["data", "generate", "--output", home, "--size", "big"],
  ["data", "generate", "--output", home, "--topicality", "2"],
  ["data", "generate", "--output", home, "--colour", "red"],
  ["data", "fetch", "--output", home],
  ["data", "fetch", "file:///etc/passwd", "--output", home],
];
for (const args of wrong) {
  test(`wrong usage: ${args.join(" ").replace(home, "DIR")}`, async () => {
    const { code, errors } = await streambook(...args);
    assert.equal(code, 2, errors);
    assert.match(errors, /^streambook: /);
    assert.doesNotMatch(errors, /\n\s+at /, "no stack trace");
  });
}

test("a text that cannot be fetched is one line and exit 1", async () => {
  const { code, errors } = await streambook("data", "fetch", "http://127.0.0.1:9/book.txt", "--output", home);
  assert.equal(code, 1);
  assert.match(errors, /^streambook: http:\/\/127\.0\.0\.1:9\/book\.txt does not answer .*\n$/);
});

test("an output that is no folder, or where none can be, is one line and exit 2", async () => {
  for (const output of ["/dev/null", ...(process.platform === "linux" ? ["/proc/streambook/in"] : [])]) {
    for (const args of [
      ["generate", "--texts", "1"],
      ["fetch", "http://127.0.0.1:9/a.txt"],
    ]) {
      const { code, errors } = await streambook("data", ...args, "--output", output);
      assert.equal(code, 2, errors);
      assert.match(errors, /^streambook: the folder .* cannot be made \(.*\); give another folder with --output\n$/);
    }
  }
});
