/** Texts whose names are anything a file system takes, from the folder to the rebuilt files: none is lost, none is another. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { startStreamSource, surveyTexts } from "../../stream/index.ts";
import { produce } from "../produce/produce.ts";
import { rebuild } from "../rebuild/rebuild.ts";

/** Nothing listens there: the texts are rebuilt from the log, in this process. */
const addresses = {
  webhdfs: "http://127.0.0.1:9",
  hdfs: "hdfs://127.0.0.1:9",
  hive: "127.0.0.1:9",
  resourceManager: "http://127.0.0.1:9",
};

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), "streambook-names-"))));
after(() => rm(root, { recursive: true }));

/** Sends a folder of texts to a log, rebuilds them from it, and compares each with its source. */
async function roundTrip(names: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(root, "run-"));
  const texts = await mkdtemp(join(root, "texts-"));
  for (const name of names) await writeFile(join(texts, name), `“${name}”`.repeat(3));
  const survey = await surveyTexts(texts);
  assert.deepEqual(survey.names, names.toSorted());
  await using source = await startStreamSource({ folder: texts, chunkSize: 7, port: 0 });
  const sent = await produce({ source: source.url, files: survey.names, logFolder: join(folder, "log") });
  assert.deepEqual(sent.failed, []);
  const output = join(folder, "refresh");
  const rebuilt = await rebuild({ input: `file:${join(folder, "log")}`, output, addresses, local: true });
  const files = new Map(rebuilt.texts.map(({ uri, file }) => [uri, file]));
  for (const name of names) {
    const { uri = "" } = sent.texts.find(({ file }) => file === name) ?? {};
    const bytes = await readFile(join(output, files.get(uri) ?? "none"));
    assert.ok(bytes.equals(await readFile(join(texts, name))), `${JSON.stringify(name)} came back different`);
  }
}

test("names that mean something to a shell, an address or a pattern", () =>
  roundTrip([
    ...[
      "a\\b.txt",
      "\\",
      "%",
      "%2f",
      "a%2Fb",
      "%00",
      "%zz",
      "?from=3",
      "#",
      "a;b",
      "&",
      "+",
      "=",
      "*",
      "[a]",
      "{b}",
      "~",
      "-",
      "--help",
    ],
    ...[
      " leading",
      "trailing ",
      "two\nlines",
      "\t",
      "\r\n",
      "\u001b[31mred",
      "a..",
      "a...b",
      "…",
      ":",
      "C:",
      "CON",
      "a|b",
      '"',
      "'",
      "`",
      "$(x)",
    ],
    ...[
      "x".repeat(255),
      "漢".repeat(85),
      "caf\u00e9.txt",
      "😀",
      "\u202etxt.exe",
      "\ufeff",
      "\u0085",
      "\u2028",
      "__proto__",
      "constructor",
    ],
  ]));

test(
  "names that differ only by their normal form",
  { skip: process.platform === "darwin" && "there they are one" },
  () => roundTrip(["caf\u00e9.txt", "cafe\u0301.txt", "\u212b", "\u00c5"]),
);

test("any name that is not hidden", async () => {
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((name) => !/^\.|[/\0]/.test(name) && name.isWellFormed() && Buffer.byteLength(name) < 250);
  const distinct = process.platform === "darwin" ? (name: string) => name.normalize("NFKD").toLowerCase() : String;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 8, selector: distinct }), roundTrip),
    { numRuns: 15 },
  );
});
