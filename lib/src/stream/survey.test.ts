import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { listFiles, passedOver, readChunks, startStreamSource, surveyTexts } from "./index.ts";

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "streambook-survey-"));
  await chmod(place, 0o755);
});
afterEach(() => rm(place, { recursive: true }));

/** A folder that is not the texts', with something to link to. */
const MISNAMED = Buffer.from("caf\xe9.txt", "latin1");
const noBytes = process.platform === "darwin" ? "this file system has no such names" : false;

/** Runs something as a user whom permissions hold back; root reads everything. */
async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test("every entry of a folder is a text, or is passed over by its kind", async () => {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(place, "socket"), resolve));
  for (const name of ["sub", ".git"]) await mkdir(join(place, name));
  for (const name of ["b.txt", "a\\b.txt", ".DS_Store"]) await writeFile(join(place, name), "é");
  await symlink(join(place, "b.txt"), join(place, "link"));
  await symlink(join(place, "nowhere"), join(place, "broken"));
  execFileSync("mkfifo", [join(place, "pipe")]);
  try {
    const survey = await surveyTexts(place);
    assert.deepEqual(survey.names, ["a\\b.txt", "b.txt"]);
    assert.deepEqual(
      survey.others.map(({ name, kind }) => `${name}: ${kind}`),
      [
        ...[".DS_Store: hidden entry", ".git: hidden entry", "broken: link", "link: link"],
        ...["pipe: pipe", "socket: socket", "sub: folder"],
      ],
    );
    assert.equal(
      passedOver(survey),
      "2 hidden entries (.DS_Store, .git), 2 links (broken, link), 1 pipe (pipe), 1 socket (socket), 1 folder (sub)",
    );
  } finally {
    await new Promise((resolve) => socket.close(resolve));
  }
});

test("a folder without texts says what it holds instead", async () => {
  await assert.rejects(surveyTexts(place), {
    code: "NO_TEXTS",
    message: /holds no texts \(regular files that are not hidden\)/,
  });
  await mkdir(join(place, "sub"));
  await assert.rejects(surveyTexts(place), { code: "NO_TEXTS", message: /of 1 folder \(sub\) nothing is read/ });
});

test("texts that are not UTF-8 are named, with where they stop being so", async () => {
  await writeFile(join(place, "a.txt"), "é");
  for (const name of ["c", "d"]) await writeFile(join(place, name), Buffer.from([0x63, 0xe9, 0x63]));
  await assert.rejects(surveyTexts(place), {
    code: "NOT_UTF8",
    message: /^in .*: c is not UTF-8: .* byte 1, d is not UTF-8: .* byte 1; save them as UTF-8, or take them away$/,
  });
});

test("a text that may not be read is named before anything is sent; the source serves the others", async () => {
  await writeFile(join(place, "good.txt"), "good");
  await writeFile(join(place, "shut.txt"), "shut", { mode: 0 });
  await asSomebody(async () => {
    await assert.rejects(surveyTexts(place), {
      code: "TEXT_UNREADABLE",
      message: /shut\.txt may not be read; .*chmod u\+r/,
    });
    await using source = await startStreamSource({ folder: place, port: 0 });
    assert.deepEqual(
      source.survey.faults.map(({ name, kind }) => [name, kind]),
      [["shut.txt", "access"]],
    );
    assert.deepEqual(await readChunks(source.url, "good.txt").next(), { done: false, value: "good" });
    await assert.rejects(readChunks(source.url, "shut.txt").next(), {
      code: "TEXT_UNREADABLE",
      message: /shut\.txt may not be read/,
    });
  });
});

test(
  "a file whose name is not UTF-8 is named, and not taken for one with another name",
  { skip: noBytes },
  async () => {
    await writeFile(Buffer.concat([Buffer.from(`${place}/`), MISNAMED]), "coffee");
    const fault = { code: "TEXT_UNREADABLE", message: /the name caf\\xe9\.txt is not UTF-8; rename the file/ };
    await assert.rejects(surveyTexts(place), fault);
    await assert.rejects(startStreamSource({ folder: place, port: 0 }), fault, "there is nothing else to serve");
    await writeFile(join(place, "good.txt"), "good");
    await assert.rejects(surveyTexts(place), fault);
    await using source = await startStreamSource({ folder: place, port: 0 });
    assert.deepEqual(await listFiles(source.url), ["good.txt"]);
    assert.deepEqual(source.survey.faults, [{ name: "caf\\xe9.txt", kind: "name" }]);
  },
);

test("a name that would break a message's line is written with escapes", async () => {
  await writeFile(join(place, "two\nlines\u202e.txt"), Buffer.from([0xff]));
  await assert.rejects(surveyTexts(place), { message: /: "two\\nlines\\u202e\.txt" is not UTF-8: [^\n]+$/ });
});
