/**
 * Runs all tests: those of one room alone first, while a stack of its own starts on free ports in a temporary folder;
 * then those that need it. The user's own stack is not touched. Ends with `N passed, N failed`.
 *
 * Usage: npm test [-- --all] [PART…]: only the files whose path has one of the parts. What set-up does not fetch, as a JDK or the jars
 * of a further profile, is tested when it is there; `--all` fetches it all.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, setPriority, tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { inspect } from "node:util";
import { dieWithParent, onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { reachDirectly } from "../lib/src/address/index.ts";
import { messageOf } from "../lib/src/errors/index.ts";
import { plural } from "../lib/src/format/index.ts";
import { CORE, down, projectFolder, startGuardian, up } from "../lib/src/stack/index.ts";
import { membersOf } from "../lib/src/stack/catalog/index.ts";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { jarsFolder } from "../setup/paths.mjs";

const project = projectFolder();
const all = process.argv.includes("--all");
const parts = process.argv.slice(2).filter((argument) => argument !== "--all");
/** Whether a file takes many minutes: it begins first, so that at the end nobody waits for it alone. */
function isLong(file: string): boolean {
  return /^test\/(?:notebooks|blog|lab|style)\.|\/python\.test/.test(file);
}

const places = ["lib/src", "setup", "test", "bench", "blog"].map((folder) => `${folder}/**/*.test.ts`);
const files = globSync(places, {
  cwd: project,
})
  .sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
const withStack = files.filter((file) => file.endsWith(".stack.test.ts"));
const withoutStack = files.filter((file) => !withStack.includes(file));
/** Those that only compute, for minutes, run beside those that wait for services half of the time. */
const computing = withStack.length === 0 ? [] : withoutStack.filter(isLong);
const alone = withoutStack.filter((file) => !computing.includes(file));
const byProfile = Map.groupBy(
  withStack,
  (file) => /\.([\w+-]+)\.stack\.test\.ts$/.exec(file.replace(".serial.", "."))?.[1] ?? CORE,
);
const onStack = byProfile.get(CORE) ?? [];
/** In the order of their names: `spark` before `spark+tweets`, whose services stay and give Spark other tables. */
const further = [...byProfile.keys()].filter((profile) => profile !== CORE).sort();
if (files.length === 0) {
  console.error(`no test file has one of these in its path: ${parts.join(" ")}`);
  process.exit(2);
}

/** What is repeated of the reason of a failure. */
const REASON_LINES = 40;
const total = { passed: 0, skipped: 0 };
/** Why tests were skipped, and how many for that reason. */
const reasons = new Map<string, number>();
/** What failed, with the reason: said again at the end, where nobody has to look for it. */
const failures: string[] = [];
/** How long each file took, in milliseconds from its start to its end. */
const took = new Map<string, number>();
const started = performance.now();

const home = await mkdtemp(join(tmpdir(), "streambook-test-"));
const external = process.env["STREAMBOOK_STACK"] === "external";
reachDirectly(); // tests inherit it
// No time that is stored, computed or shown may depend on where the machine stands: here, three and a half hours from UTC, with summer time.
process.env["TZ"] ??= "America/St_Johns";
process.env["STREAMBOOK_JARS"] = jarsFolder();
if (!external) {
  process.env["STREAMBOOK_HOME"] = home;
  process.env["STREAMBOOK_PORTS"] = "free";
}

dieWithParent();
outliveOutput();
// Whatever becomes of this process, the stack ends and its folder goes.
const guardian = await startGuardian({ services: external ? "none" : "all", remove: [home] });

async function stop(): Promise<void> {
  if (!external && withStack.length > 0) await down({}).catch((error: unknown) => console.error(error));
  await guardian[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

const stopping = new AbortController();
onInterruption(
  () => {
    console.error("\nstopping the test stack …");
    stopping.abort(new DOMException("stopped by the user", "AbortError"));
    void stop().finally(() => process.exit(130));
  },
  () => process.exit(130), // the guardian goes on
);

/** Runs files in processes of their own, prints what a person wants to see, and counts. */
async function runFiles(title: string, paths: readonly string[], concurrency: number): Promise<void> {
  if (paths.length === 0) return;
  console.log(`\n── ${title}: ${paths.length} files ──`);
  const stream = run({
    files: paths.map((path) => join(project, path)),
    cwd: project,
    concurrency,
    signal: stopping.signal,
    // A file whose tests are done ends, also if a broken connection of a fault test lingers.
    execArgv: [
      "--test-force-exit",
      "--disable-warning=TimeoutNegativeWarning",
      "--disable-warning=ExperimentalWarning",
    ],
    timeout: 15 * 60_000,
  });
  stream.on("test:pass", ({ details, skip, todo }) => {
    if (typeof skip === "string") reasons.set(skip, (reasons.get(skip) ?? 0) + 1);
    if (details.type === "suite") return;
    if (skip !== undefined || todo !== undefined) total.skipped++;
    else total.passed++;
  });
  stream.on("test:fail", ({ name, file, details, todo }) => {
    if (details.type === "suite" || todo !== undefined) return;
    const reason = inspect(details.error.cause ?? details.error, { depth: 8 })
      .split("\n")
      .slice(0, REASON_LINES);
    failures.push(`${file === undefined ? "" : `${relative(project, file)}: `}${name}\n${reason.join("\n")}`);
  });
  stream.on("test:complete", ({ name, details }) => {
    if (isAbsolute(name)) took.set(relative(project, name), details.duration_ms);
  });
  const begun = performance.now();
  for await (const line of stream.compose(spec())) process.stdout.write(String(line).replaceAll(`${project}/`, ""));
  console.log(
    `${title}: ${minutes(performance.now() - begun)}; ${minutes(performance.now() - started)} since the start`,
  );
}

/** A time in milliseconds as people read it: `12 min 5 s`. */
function minutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs the tests of a further profile, or of several (`spark+tweets`), on those of its services that have been fetched; tests of the
 * others say what is missing, and are skipped. Those that kill a service, or have names that others have too, are called
 * `x.serial.PROFILE.stack.test.ts` (on the core `x.serial.stack.test.ts`): nothing runs beside them.
 */
async function runProfile(profile: string, paths: readonly string[]): Promise<void> {
  const profiles = profile.split("+");
  const services: string[] = [];
  for (const name of profiles.flatMap(membersOf)) if ((await needs(name)).skip === false) services.push(name);
  const what = `with the stack and ${profiles.join(" and ")}`;
  if (!external && services.length > 0) {
    const failure = await settled(up({ services: [CORE, ...services], signal: stopping.signal }));
    if (failure !== undefined)
      return failed(`${what}: ${plural(paths.length, "file")} not run, because it did not start:`, failure);
  }
  await runOnStack(what, paths);
}

/** Those first beside which others may run. */
async function runOnStack(what: string, paths: readonly string[]): Promise<void> {
  const serial = paths.filter((path) => path.includes(".serial."));
  const others = paths.filter((path) => !serial.includes(path));
  await runFiles(what, others, 2);
  await runFiles(`${what}, one after the other`, serial, 1);
}

/** Fetches what set-up does not, gigabytes, while the tests of the core run, which are to notice little of it. */
async function fetchAll(): Promise<void> {
  const child = spawn(process.execPath, [join(project, "lib", "bin", "streambook.mjs"), "fetch", "all"], {
    stdio: ["ignore", "inherit", "inherit", "ipc"], // it ends with this process
    signal: stopping.signal,
  });
  const ended = once(child, "exit");
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`streambook fetch all ended with ${code ?? "a signal"}`);
}

/** Counts what is no test, and has failed: the others go on. */
function failed(what: string, reason: unknown): void {
  console.error(what, reason);
  failures.push(`${what} ${messageOf(reason)}`);
}

/** What something failed with; undefined when it has not. */
function settled(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

// the tests inherit both
if (all) process.env["STREAMBOOK_TEST_ALL"] = "1";
if (parts.length > 0) process.env["STREAMBOOK_TEST_PARTS"] = "1";
const fetching = all ? settled(fetchAll()) : Promise.resolve(undefined);
const stack =
  external || withStack.length === 0 ? Promise.resolve(undefined) : settled(up({ signal: stopping.signal }));
try {
  await runFiles("one room alone", alone, 2);
  const beside = runFiles("one room alone, beside the others", computing, 1);
  const failure = await stack;
  if (failure !== undefined) {
    failed("the test stack did not start:", failure);
  } else {
    await runOnStack(`with the stack (${external ? "external" : relative(tmpdir(), home)})`, onStack);
    const unfetched = await fetching;
    if (unfetched !== undefined) {
      failed("what the further profiles run on was not fetched:", unfetched);
    } else for (const profile of further) await runProfile(profile, byProfile.get(profile) ?? []);
  }
  await beside;
} finally {
  await stop();
}

if (failures.length > 0) console.log(`\nwhat failed:\n\n${failures.join("\n\n").replaceAll(`${project}/`, "")}`);
const slowest = [...took].sort(([, a], [, b]) => b - a).slice(0, 25);
console.log("\nthe slowest files:");
for (const [file, milliseconds] of slowest) console.log(`  ${minutes(milliseconds).padStart(11)}  ${file}`);
console.log(`\n${minutes(performance.now() - started)}${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
for (const [reason, count] of reasons) console.log(`${count} skipped: ${reason}`);
console.log(`${total.passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
