/**
 * Loaded by Node before the kernel (`--import` in kernel.json); fixes what tslab does badly and leaves the rest to it.
 * - Output is queued: tslab does not wait for its sends, and after some hundreds in one tick zeromq refuses and they are lost.
 * - A client that asks before the kernel is bound is answered: its first question ended tslab's loop, and the kernel never answered.
 * - Half an emoji is shown as `�`: JupyterLab cannot open or save a notebook that holds one.
 * - An error says which line of the cell it comes from, and nothing of the kernel's own insides. What does not compile is shown with
 *   its line and a caret; a syntax error shows itself alone, and a cell above that failed is named instead of all that misses it.
 * - `{ broker }` and `const { seq: n } = message` work with names of earlier cells: tslab rewrites such names, and overlooks
 *   these. `await (await fetch(url)).json()`, `for await` and `await` in an `if` at the top of a cell work too.
 * - The stop button stops the cell and what it has left running, and never ends the kernel.
 * - Packages may be installed, and files written, beside an open page.
 * - A library that is not built is named, with what builds it.
 * - Cells reach the services of this machine directly, also where the environment names a proxy.
 * - The kernel ends when the program that started it is gone.
 */
import { createRequire } from "node:module";
import type * as VirtualMachine from "node:vm";
import type TypeScript from "typescript";
import type * as ZeroMQ from "zeromq";
import { reachDirectly } from "../address/index.ts";
import { isStop, listenAgain } from "./learner/interruption.ts";
import { type Diagnostic, explained, syntaxError } from "./preload/diagnostics.ts";
import { explain, loose, rememberCell } from "./preload/errors.ts";
import { interrupt, runCell, stoppable } from "./preload/interruption.ts";
import { rebuildCellsOnly } from "./preload/rebuilding.ts";
import { identifiersOf, inWordsOfTslab, namesOf } from "./preload/rewrite.ts";
import { prepareSockets } from "./preload/sockets.ts";

reachDirectly();

const require = createRequire(import.meta.url);
const requireOfKernel = createRequire(require.resolve("tslab/package.json"));

prepareSockets(requireOfKernel("zeromq") as typeof ZeroMQ);

type Write = (name: string, text: string) => void;
type Display = (data: { data: Record<string, unknown> }, update: boolean) => void;
interface Handler {
  handleExecute(request: unknown, write: Write, display: Display): Promise<unknown>;
}
const { JupyterHandlerImpl } = requireOfKernel("./dist/jupyter.js") as { JupyterHandlerImpl: { prototype: Handler } };
/** The kernel's own; called on its handler, as always. */
const handleExecute: Handler["handleExecute"] = Reflect.get(JupyterHandlerImpl.prototype, "handleExecute");
JupyterHandlerImpl.prototype.handleExecute = function (request, write, display) {
  return handleExecute.call(
    this,
    request,
    (name, text) => write(name, text.toWellFormed()),
    (shown, update) => display({ ...shown, data: wellFormed(shown.data) }, update),
  );
};

/** The texts among some outputs, without halves of characters. */
function wellFormed(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(data).map(([type, it]) => [type, typeof it === "string" ? it.toWellFormed() : it]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

interface Converted {
  readonly diagnostics: readonly Diagnostic[];
}
interface Converter {
  convert(declarations: string, source: string): Converted;
}
interface Executor {
  execute(source: string): Promise<boolean>;
}
type CreateExecutor = (folder: string, converters: { readonly node: Converter }, console: unknown) => Executor;
const executors = requireOfKernel("./dist/executor.js") as { createExecutor: CreateExecutor };
const ts = requireOfKernel("@tslab/typescript-for-tslab") as typeof TypeScript;
const createExecutor = executors.createExecutor;
rebuildCellsOnly(ts.sys);

/** The cell that runs, as the learner wrote it. */
let running = "";
/** Names that cells should have made which failed. */
const failed = new Set<string>();

/** Says of names that a cell is about to use that they are older than their cell, which has failed since. */
function noteStale(source: string): void {
  const own = namesOf(ts, source);
  const stale = [...identifiersOf(ts, source)].filter((name) => failed.has(name) && !own.has(name));
  if (stale.length === 0) return;
  const [is, it] = stale.length === 1 ? ["is", "its cell"] : ["are", "their cell"];
  console.log(
    `Note: ${stale.map((name) => `'${name}'`).join(", ")} ${is} as before: ${it} failed when it last ran. Repair it, and run it first.`,
  );
}

executors.createExecutor = (folder, converters, output) => {
  const { node } = converters;
  const convert = node.convert.bind(node);
  node.convert = (declarations, source) => {
    const wrong = syntaxError(ts, source);
    if (wrong !== undefined) return { diagnostics: [wrong] };
    const { text, origin } = inWordsOfTslab(ts, source);
    const converted = convert(declarations, text);
    const { diagnostics } = converted;
    if (diagnostics.length === 0) noteStale(source);
    return { ...converted, diagnostics: explained(source, text, diagnostics, failed, origin) };
  };
  const executor = createExecutor(folder, converters, output);
  const execute = async (source: string): Promise<boolean> => {
    running = source;
    // In a turn of its own: what V8 ends takes all that waits in the same turn with it, and the kernel's sockets must not be among it.
    await new Promise((resolve) => setImmediate(resolve));
    const succeeded = await runCell(() => executor.execute(source));
    for (const name of namesOf(ts, source))
      if (succeeded) failed.delete(name);
      else failed.add(name);
    return succeeded;
  };
  process.on("SIGINT", interrupt);
  return { ...executor, execute };
};

const vm = require("node:vm") as typeof VirtualMachine;
const runInThisContext: (code: string, options?: VirtualMachine.RunningCodeOptions | string) => unknown =
  vm.runInThisContext.bind(vm);
vm.runInThisContext = (code: string, options?: VirtualMachine.RunningCodeOptions | string): unknown => {
  if (typeof options !== "object" || options.breakOnSigint !== true) return runInThisContext(code, options);
  const filename = rememberCell(running, code);
  try {
    return runInThisContext(stoppable(ts, code), { ...options, filename });
  } finally {
    listenAgain("SIGINT");
  }
};

const consoleError = console.error.bind(console);
console.error = (...values: unknown[]): void => {
  // What a stopped cell had begun beside itself ends, too, and nobody waits for it; the cell says so once.
  if (values[0] === "UnhandledPromiseRejection:" && isStop(values[1])) return;
  const alone = loose(values[0], values[1]);
  const shown = values.map((value) => (value instanceof Error ? explain(value) : value));
  consoleError(...(alone === undefined ? shown : [alone]));
  const text = values.filter((value) => typeof value === "string").join(" ");
  if (/Cannot find module 'streambook/.test(text))
    consoleError("The library is not built. In a terminal: `npm run setup`; then restart this kernel.");
};

/** Whoever started the kernel: when it is gone, nobody can ask for anything any more. */
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 1000).unref();
