/** The rules of the house: which room may use which, and that a room is entered by its door. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { projectFolder, serviceNames } from "../lib/src/stack/index.ts";

const source = join(projectFolder(), "lib", "src");

/** From left to right: a room may use the rooms of the tiers before its own. */
const tiers: readonly (readonly string[])[] = [
  ["errors", "random"],
  ["async", "log", "schema", "binary", "address", "json", "user", "project"],
  ["stream", "kafka", "text", "cluster", "corpus", "hdfs", "hive", "mapreduce", "plot", "frames", "stack"],
  ["ingest", "report"],
  ["texts", "challenge"],
  ["notebook"],
  ["cli"],
];
/** Foundations may use foundations, as long as no circle comes of it. */
const foundations = new Set([
  "errors",
  "random",
  "async",
  "log",
  "schema",
  "binary",
  "address",
  "json",
  "user",
  "project",
]);
const tierOf = new Map(tiers.flatMap((rooms, tier) => rooms.map((room) => [room, tier] as const)));

interface Arrow {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

function arrows(): Arrow[] {
  return globSync("*/**/*.ts", { cwd: source })
    .filter((file) => !/[.-]test\.ts$/.test(file)) // neither tests nor their helpers (`…-for-test.ts`)
    .flatMap((file) => {
      const text = readFileSync(join(source, file), "utf8");
      const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target]) => target as string);
      return targets.map((target): Arrow => {
        const path = relative(source, resolve(source, dirname(file), target));
        return { file, from: file.split("/")[0] as string, to: path.split("/")[0] as string, target: path };
      });
    })
    .filter(({ from, to }) => from !== to);
}

test("every room has its place, and a door that says what it is for", () => {
  const rooms = new Set(globSync("*/*.ts", { cwd: source }).map((file) => file.split("/")[0] as string));
  for (const room of rooms) {
    assert.ok(tierOf.has(room), `the room ${room} has no place among the tiers of this test`);
    if (room === "cli") continue;
    const door = readFileSync(join(source, room, "index.ts"), "utf8");
    assert.match(door, /^\/\*\*/, `${room}/index.ts begins with a sentence that says what the room is for`);
  }
});

test("a room uses only the rooms to its left", () => {
  const wrong = arrows().filter(({ from, to, target }) => {
    if (target.startsWith("..")) return false; // package.json, stack/…: not rooms
    if (foundations.has(from) && foundations.has(to)) return false;
    return (tierOf.get(to) ?? 99) >= (tierOf.get(from) ?? -1);
  });
  assert.deepEqual(
    wrong.map(({ file, to }) => `${file} → ${to}`),
    [],
  );
});

test("a room is entered by its door", () => {
  const wrong = arrows().filter(({ to, target }) => !target.startsWith("..") && target !== `${to}/index.ts`);
  assert.deepEqual(
    wrong.map(({ file, target }) => `${file} → ${target}`),
    [],
  );
});

test("the foundations form no circle", () => {
  const uses = new Map<string, Set<string>>();
  for (const { from, to } of arrows()) if (foundations.has(from)) uses.set(from, (uses.get(from) ?? new Set()).add(to));
  const visit = (room: string, path: readonly string[]): void => {
    assert.ok(!path.includes(room), `circle: ${[...path, room].join(" → ")}`);
    for (const next of uses.get(room) ?? []) visit(next, [...path, room]);
  };
  for (const room of uses.keys()) visit(room, []);
});

test("the sink knows nothing of what the messages are about", () => {
  const subjects = new Set(["stream", "text", "cluster", "corpus", "mapreduce", "plot", "frames"]);
  assert.deepEqual(
    arrows().flatMap(({ from, file, to }) => (from === "ingest" && subjects.has(to) ? [`${file} → ${to}`] : [])),
    [],
  );
});

// ── limits: what grows past them is two ideas ────────────────────────────────────────────────────────────────────────

/** Sources of the library without tests and their helpers, by path from `lib/src`. */
const sources = new Map(
  globSync("**/*.ts", { cwd: source })
    .filter((file) => !/[.-]test\.ts$/.test(file))
    .map((file) => [file, readFileSync(join(source, file), "utf8")] as const),
);
const LIMITS = { files: 20, lines: 2500, classLines: 250 };

test(`no folder has more than ${LIMITS.files} files or ${LIMITS.lines} lines`, () => {
  const folders = new Map<string, { files: number; lines: number }>();
  for (const [file, text] of sources) {
    const folder = folders.get(dirname(file)) ?? { files: 0, lines: 0 };
    folders.set(dirname(file), { files: folder.files + 1, lines: folder.lines + text.split("\n").length });
  }
  const large = [...folders].filter(([, { files, lines }]) => files > LIMITS.files || lines > LIMITS.lines);
  assert.deepEqual(large, []);
});

test(`no class has more than ${LIMITS.classLines} lines`, () => {
  const large: string[] = [];
  for (const [file, text] of sources) {
    // Prettier ends what begins a line at the beginning of a line.
    for (const [body, name] of text.matchAll(/^(?:export )?class (\w+)[^]*?^}/gm)) {
      const lines = body.split("\n").length;
      if (lines > LIMITS.classLines) large.push(`${file}: class ${name} has ${lines} lines`);
    }
  }
  assert.deepEqual(large, []);
});

test("no files of the library use each other in a circle", () => {
  const uses = new Map(
    [...sources].map(([file, text]) => [
      file,
      [...text.matchAll(/(?:from|import)\s+"(\.[^"]+)"/g)]
        .map(([, target]) => relative(source, resolve(source, dirname(file), target as string)))
        .filter((target) => sources.has(target)),
    ]),
  );
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (done.has(file)) return;
    assert.ok(!path.includes(file), `circle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
    for (const next of uses.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of uses.keys()) visit(file, []);
});

test("only the catalogue names a service", () => {
  const names = serviceNames().filter((name) => name !== "kafka"); // which is the name of a room, too
  const pattern = new RegExp(`\\b(?:${names.join("|")})\\b`);
  const isLiteral = /["'`]kafka["'`](?!\s*:)/;
  const setup = globSync("setup/*.mjs", { cwd: projectFolder() }).map(
    (file) => [file, readFileSync(join(projectFolder(), file), "utf8")] as const,
  );
  const found: string[] = [];
  for (const [file, text] of [...sources, ...setup]) {
    if (file.startsWith("stack/catalog/")) continue;
    const mayBeKafka = !/^(?:stack|setup)\//.test(file);
    for (const [index, line] of text
      .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
      .split("\n")
      .entries()) {
      const code = line.replace(/(^|\s)\/\/.*$/, "");
      if (pattern.test(code) || (!mayBeKafka && isLiteral.test(code)))
        found.push(`${file}:${index + 1}: ${line.trim()}`);
    }
  }
  assert.deepEqual(found, []);
});
