/** The rules of the house: which room may use which, and that a room is entered by its door. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { projectFolder, serviceNames } from "../lib/src/stack/index.ts";

const source = join(projectFolder(), "lib", "src");

/** From left to right: a room may use the rooms of the tiers before its own. */
const tiers: readonly (readonly string[])[] = [
  ["errors", "random"],
  [
    "async",
    "format",
    "log",
    "schema",
    "binary",
    "address",
    "json",
    "user",
    "project",
    "bundle",
    "browser",
    "metrics",
    "faults",
  ],
  [
    "stream",
    "kafka",
    "text",
    "cluster",
    "corpus",
    "hdfs",
    "hive",
    "spark",
    "s3",
    "trino",
    "superset",
    "cassandra",
    "mapreduce",
    "plot",
    "frames",
    "stack",
  ],
  ["ingest", "report"],
  ["texts", "challenge", "cases", "watch"],
  ["notebook"],
  ["cli"],
];
/** Foundations may use foundations, as long as no circle comes of it. */
const foundations = new Set(tiers.slice(0, 2).flat());
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

/** What runs before anything is installed, by path from the project. */
const setupSources = globSync("setup/**/*.mjs", { cwd: projectFolder() }).map(
  (file) => [file, readFileSync(join(projectFolder(), file), "utf8")] as const,
);
/** Sources of the library without tests and their helpers, by path from `lib/src`. */
const sources = new Map(
  globSync("**/*.ts", { cwd: source })
    .filter((file) => !/[.-]test\.ts$|^spark\/messages\//.test(file)) // the messages are generated
    .map((file) => [file, readFileSync(join(source, file), "utf8")] as const),
);
const LIMITS = { files: 20, lines: 2500, classLines: 250 };

test(`no folder has more than ${LIMITS.files} files or ${LIMITS.lines} lines`, () => {
  const folders = new Map<string, { files: number; lines: number }>();
  for (const [file, text] of [...sources, ...setupSources]) {
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
  // Some are the names of rooms, too: there, only the name alone in quotes counts, and not outside of the stack.
  const isRoom = (name: string): boolean => existsSync(join(source, name));
  const rooms = serviceNames().filter(isRoom);
  const pattern = new RegExp(
    `\\b(?:${serviceNames()
      .filter((name) => !isRoom(name))
      .join("|")})\\b`,
  );
  const isLiteral = new RegExp(`(["'\`])(?:${rooms.join("|")})\\1(?!\\s*:)`);
  const found: string[] = [];
  for (const [file, text] of [...sources, ...setupSources]) {
    if (file.startsWith("stack/catalog/")) continue;
    const mayBeRoom = !/^(?:stack|setup)\//.test(file);
    for (const [index, line] of text
      .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
      .split("\n")
      .entries()) {
      const code = line.replace(/(^|\s)\/\/.*$/, "");
      if (pattern.test(code) || (!mayBeRoom && isLiteral.test(code)))
        found.push(`${file}:${index + 1}: ${line.trim()}`);
    }
  }
  assert.deepEqual(found, []);
});

/** Where a command may be named below the command line, and why. */
const MAY_NAME_COMMANDS: readonly (readonly [place: RegExp, why: string])[] = [
  [/^notebook\//, "a learner has a terminal beside the notebook, and this room says what to do there"],
  [/^stack\/docs\//, "pages of the documentation"],
  [/^stack\/containers\/compose\.ts$/, "comments of docker-compose.yml"],
  [/^stack\/commands\/doctor\.ts$/, "lists what to type: that is its answer, beside the package managers' commands"],
  [/^(?:report\/page|cases\/\w+\/suggestions)\.ts$/, "the page's last section lists commands to go on with"],
];

test("no room below the command line names a command or an option of it", () => {
  const command = /\bnpx streambook\b|\bnpm (?:run|start|ci|test)\b|\bbin\/\w+\.sh\b|(?:^|[\s`]|(?<!var)\()--[a-z]/;
  const found: string[] = [];
  for (const [file, text] of sources) {
    if (file.startsWith("cli/") || MAY_NAME_COMMANDS.some(([place]) => place.test(file))) continue;
    for (const { line, value } of stringsOf(file, text))
      if (command.test(value)) found.push(`${file}:${line}: ${value.trim()}`);
  }
  assert.deepEqual(found, [], "give the error a hint, and let cli/hints.ts say what to type");
});

/** The strings of a file, and the texts between the values of its templates. Arguments for other programs are no sentences. */
function stringsOf(file: string, text: string): { readonly line: number; readonly value: string }[] {
  const found: { line: number; value: string }[] = [];
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const { line } = parsed.getLineAndCharacterOfPosition(node.getStart(parsed));
      if (!/^--\S*$|^docker compose /.test(node.text)) found.push({ line: line + 1, value: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}
