/**
 * Loaded by Node before the kernel (`--import` in kernel.json); fixes what tslab does badly and leaves the rest to it.
 * - Output is queued: tslab does not wait for its sends, and after some hundreds in one tick zeromq refuses and they are lost.
 * - Half an emoji is shown as `�`: JupyterLab cannot open or save a notebook that holds one.
 * - An error says which line of the cell it comes from, and nothing of the kernel's own insides.
 * - `{ broker }` and `const { seq: n } = message` work with names of earlier cells: tslab rewrites such names, and overlooks
 *   these. `await (await fetch(url)).json()` works too.
 * - The stop button stops the cell, and never ends the kernel.
 * - A library that is not built is named, with what builds it.
 * - Cells reach the services of this machine directly, also where the environment names a proxy.
 * - The kernel ends when the program that started it is gone.
 */
import { createRequire } from "node:module";
import { inspect } from "node:util";
import type * as VirtualMachine from "node:vm";
import type TypeScript from "typescript";
import type * as ZeroMQ from "zeromq";
import { reachDirectly } from "../address/index.ts";
import { hintFor } from "./hint.ts";

reachDirectly();

const require = createRequire(import.meta.url);
const requireOfKernel = createRequire(require.resolve("tslab/package.json"));

/** A publisher whose messages leave one after the other, each when the one before is gone. */
function queueing(Base: typeof ZeroMQ.Publisher): typeof ZeroMQ.Publisher {
  return class QueueingPublisher extends Base {
    #last: Promise<void> = Promise.resolve();

    constructor(options?: ZeroMQ.SocketOptions<ZeroMQ.Publisher>) {
      super({ sendHighWaterMark: 0, ...options });
    }

    override send(message: Parameters<ZeroMQ.Publisher["send"]>[0]): Promise<void> {
      const sent = this.#last.then(() => super.send(message));
      this.#last = sent.catch(() => undefined); // a socket that is closed refuses; nobody is left to tell
      return sent;
    }
  };
}

const zmq = requireOfKernel("zeromq") as typeof ZeroMQ;
Object.defineProperty(zmq, "Publisher", {
  configurable: true,
  enumerable: true,
  writable: true,
  value: queueing(zmq.Publisher),
});

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

interface Executor {
  execute(source: string): Promise<boolean>;
}
const executors = requireOfKernel("./dist/executor.js") as { createExecutor: (...parameters: unknown[]) => Executor };
const ts = requireOfKernel("@tslab/typescript-for-tslab") as typeof TypeScript;
const createExecutor = executors.createExecutor;
executors.createExecutor = (...parameters) => {
  const executor = createExecutor(...parameters);
  return { ...executor, execute: (source: string) => executor.execute(inWordsOfTslab(source)) };
};

/** What is put in where; the lines of a cell keep their numbers. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Around a cell, so that `await` is read as what it is; tslab's own reader takes `await (…)` for the call of a function. */
const AROUND = "async () => {";

/**
 * The same code in words that tslab gets right: `{ name: name }` for `{ name }`, `{ "name": other } = …` for
 * `{ name: other } = …`, and `await Promise.resolve((…))` for `await (…)`.
 */
function inWordsOfTslab(source: string): string {
  const insertions: Insertion[] = [];
  const put = (at: number, text: string): void => void insertions.push({ at: at - AROUND.length, text });
  const file = ts.createSourceFile("cell.ts", `${AROUND}${source}\n}`, ts.ScriptTarget.ESNext);
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && node.objectAssignmentInitializer === undefined)
      put(node.name.end, `: ${node.name.text}`);
    if (ts.isBindingElement(node) && node.propertyName !== undefined && ts.isIdentifier(node.propertyName)) {
      put(node.propertyName.getStart(file), '"');
      put(node.propertyName.end, '"');
    }
    if (ts.isAwaitExpression(node) && source.charAt(node.expression.getStart(file) - AROUND.length) === "(") {
      put(node.expression.getStart(file), "globalThis.Promise.resolve(");
      ts.forEachChild(node, visit);
      put(node.expression.end, ")");
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  insertions.sort((a, b) => a.at - b.at);
  return insertions.reduceRight((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), source);
}

/** How the code of a cell is called in stack traces. */
const CELL = /\bcell-(\d+)\.js:(\d+)(?::\d+)?/;
/** The generated code of the cells that ran, by number. */
const cells = new Map<number, readonly string[]>();
const vm = require("node:vm") as typeof VirtualMachine;
const runInThisContext: (code: string, options?: VirtualMachine.RunningCodeOptions | string) => unknown =
  vm.runInThisContext.bind(vm);
vm.runInThisContext = (code: string, options?: VirtualMachine.RunningCodeOptions | string): unknown => {
  if (typeof options !== "object" || options.breakOnSigint !== true) return runInThisContext(code, options);
  const number = cells.size + 1;
  cells.set(number, code.split("\n"));
  try {
    return runInThisContext(code, { ...options, filename: `cell-${number}.js` });
  } finally {
    listenAgain("SIGINT");
  }
};

/**
 * Node takes the listeners of the stop button away while a cell's code runs, and puts them back. Where the code has added one
 * of its own, the signal then ends the process: only listening anew helps.
 */
function listenAgain(signal: NodeJS.Signals): void {
  const listeners = process.rawListeners(signal) as NodeJS.SignalsListener[];
  process.removeAllListeners(signal);
  for (const listener of listeners) process.on(signal, listener);
}

/** The line of generated code that an error comes from. */
function lineOf(stack: string): string | undefined {
  const match = CELL.exec(stack);
  const line = cells.get(Number(match?.[1]))?.[Number(match?.[2]) - 1];
  return line
    ?.replace(/^\((async )?function\s?\(exports, require\) \{ /, "")
    .replaceAll(/\bexports\.(tsLastExpr = )?/g, "")
    .trim();
}

/** What tslab, and Node, say of a cell that the stop button has ended. */
const STOPPED = /^(Interrupted asynchronously|Script execution was interrupted by `SIGINT`)$/;

/** What a learner wants to see of an error: its message, where in the cell, and how the library came there. */
function explain(error: Error): string {
  const line = lineOf(error.stack ?? "");
  const where = line === undefined || line === "" ? "" : `\n    in the cell, at: ${line}`;
  if (STOPPED.test(error.message)) return "Stopped. Cells that were waiting behind this one have not run.";
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code === "CHECK_FAILED") return error.message + where;
  if (error.name === "StreambookError") {
    const hint = hintFor(error);
    return `${error.name} (${String(code)}): ${error.message}${hint === undefined ? "" : `\n    ${hint}`}${where}`;
  }
  const frames = (error.stack ?? "").split("\n").filter((text) => /^\s+at /.test(text));
  const end = frames.findIndex((frame) => /[\\/]tslab[\\/]dist[\\/]|node:vm:|node:internal/.test(frame));
  const kept = frames.slice(0, end === -1 ? 8 : Math.min(end, 8)).map((frame) => frame.replaceAll("file://", ""));
  const head = `${error.name}: ${error.message}`;
  const why = cause === undefined ? "" : `\n    because: ${cause instanceof Error ? cause.message : inspect(cause)}`;
  return [`${head}${why}${where}`, ...kept.filter((frame) => !CELL.test(frame))].join("\n");
}

const consoleError = console.error.bind(console);
console.error = (...values: unknown[]): void => {
  const shown = values.map((value) => (value instanceof Error ? explain(value) : value));
  consoleError(...shown);
  const text = values.filter((value) => typeof value === "string").join(" ");
  if (/Cannot find name '[^']+'\.(?! Did you mean)/.test(text))
    consoleError("If a cell above makes this name, run that cell first, or all of them: Run → Run All Cells.");
  if (/Cannot find module 'streambook/.test(text))
    consoleError("The library is not built. In a terminal: `npm run setup`; then restart this kernel.");
};

/** Whoever started the kernel: when it is gone, nobody can ask for anything any more. */
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 1000).unref();
