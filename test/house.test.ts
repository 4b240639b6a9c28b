/** The rules of the house: which room may use which, and that a room is entered by its door. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { projectFolder } from "../lib/src/stack/index.ts";

const source = join(projectFolder(), "lib", "src");

/** From left to right: a room may use the rooms of the tiers before its own. */
const tiers: readonly (readonly string[])[] = [
  ["errors", "random"],
  ["async", "log", "schema", "binary", "address", "json", "user"],
  ["stream", "kafka", "text", "cluster", "corpus", "hdfs", "hive", "mapreduce", "plot", "frames", "stack"],
  ["ingest", "report"],
  ["texts"],
  ["notebook"],
  ["cli"],
];
/** Foundations may use foundations, as long as no circle comes of it. */
const foundations = new Set(["errors", "random", "async", "log", "schema", "binary", "address", "json", "user"]);
const tierOf = new Map(tiers.flatMap((rooms, tier) => rooms.map((room) => [room, tier] as const)));

interface Arrow {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

/** The files of the rooms, without tests and their helpers (`…-for-test.ts`). */
function sources(): { readonly file: string; readonly text: string }[] {
  return globSync("*/**/*.ts", { cwd: source })
    .filter((file) => !/[.-]test\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(source, file), "utf8") }));
}

function arrows(): Arrow[] {
  return sources()
    .flatMap(({ file, text }) => {
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

/** What was too large when these limits came; new entries are not wanted. */
const LARGE_CLASSES = new Set(["GroupConsumer", "Hdfs", "BatchingProducer"]);
const LARGE_FOLDERS = new Set(["stack"]);

test("no class has more than 250 lines: it would be two ideas", () => {
  const large = sources().flatMap(({ file, text }) => {
    const lines = text.split("\n");
    return lines.flatMap((line, begin) => {
      const name = /^(?:export )?(?:abstract )?class (\w+)/.exec(line)?.[1];
      if (name === undefined || LARGE_CLASSES.has(name)) return [];
      const length = lines.indexOf("}", begin) - begin + 1;
      return length > 250 ? [`${file}: ${name}, ${length} lines`] : [];
    });
  });
  assert.deepEqual(large, []);
});

test("no folder has more than 20 files or 2,500 lines", () => {
  const folders = Map.groupBy(sources(), ({ file }) => dirname(file));
  const large = [...folders].flatMap(([folder, files]) => {
    const lines = files.reduce((sum, { text }) => sum + text.split("\n").length - 1, 0);
    const isLarge = files.length > 20 || lines > 2500;
    return isLarge && !LARGE_FOLDERS.has(folder) ? [`${folder}: ${files.length} files, ${lines} lines`] : [];
  });
  assert.deepEqual(large, []);
});
