/**
 * The stop button for code that awaits. tslab ends the cell, and what the cell has begun goes on behind it: an endless loop for ever.
 * So every `await` of a cell's code goes by here: after the stop it throws once more, and what will not hear is left waiting for good.
 * It also lets the process breathe: a loop that awaits nothing but what is there already would starve signals and timers.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type TypeScript from "typescript";
import { INTERRUPTION, type Interruption } from "../learner/interruption.ts";

/** Code that can be stopped: a cell, or a check in it. */
interface Run {
  readonly parent: Run | undefined;
  readonly started: number;
  /** When it was stopped: by itself, or by the button while it ran. */
  stopped: number | undefined;
  /** It has asked for the button's signal, so it is given time to end in its own way. */
  listens: boolean;
}

/** How long stopped code may still await things, to close what it has opened, in milliseconds. */
const GRACE = 2000;
/** How long code may await without a pause for signals and timers, in milliseconds. */
const BREATH = 50;

const runs = new AsyncLocalStorage<Run>();
let interrupted = -Infinity;
let foreground: Run | undefined;
/** The cell that has not ended yet. */
let active: Run | undefined;
let lastBreath = performance.now();

/** What stopped code gets at its next `await`. */
class StoppedError extends Error {
  constructor() {
    super("Interrupted asynchronously");
    this.name = "StoppedError";
  }
}

/** Runs a cell; what it begins belongs to it, also after its end. */
export function runCell<T>(operation: () => Promise<T>): Promise<T> {
  const run: Run = { parent: undefined, started: performance.now(), stopped: undefined, listens: false };
  foreground = active = run;
  return runs.run(run, operation).finally(() => {
    if (active === run) active = undefined;
  });
}

/**
 * The button was pressed: everything that runs is to end, what earlier cells have left running, too. What they begin later is new, such as
 * the answer of their server to another request.
 */
export function interrupt(): void {
  interrupted = performance.now();
  if (active !== undefined) active.stopped ??= interrupted;
}

/**
 * When a run was stopped, by itself, by what it is a part of, or by the button.
 *
 * @param begun when it began to await
 */
function stoppedAt(run: Run, begun: number): number | undefined {
  if (run.stopped !== undefined) return run.stopped;
  if (run.parent !== undefined) return stoppedAt(run.parent, begun);
  return interrupted > run.started && begun <= interrupted ? interrupted : undefined;
}

function belongsTo(run: Run | undefined, cell: Run | undefined): boolean {
  return run !== undefined && (run === cell || belongsTo(run.parent, cell));
}

/** Goes on with running code; throws, or never returns, in stopped code. */
async function pass(begun: number, isCleanUp: boolean): Promise<void> {
  const now = performance.now();
  if (now - lastBreath > BREATH) {
    await new Promise((resolve) => setImmediate(resolve));
    lastBreath = performance.now();
  }
  const run = runs.getStore();
  const stopped = run === undefined ? undefined : stoppedAt(run, begun);
  if (run === undefined || stopped === undefined) return;
  const late = performance.now() - stopped > GRACE;
  const isForeground = run.stopped !== undefined || belongsTo(run, foreground);
  if ((late && !run.listens) || !isForeground || performance.now() - stopped > 2 * GRACE) await new Promise(() => {});
  if (!isCleanUp && (!run.listens || late)) throw new StoppedError();
}

async function awaited<T>(value: T, isCleanUp = false): Promise<Awaited<T>> {
  const begun = performance.now();
  const result = await value;
  await pass(begun, isCleanUp);
  return result;
}

/** The same items, each passed on only while the code may run; one that is stopped closes what it reads from. */
function iterated<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const isAsync = Symbol.asyncIterator in items;
      const inner = isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
      const close = async (): Promise<IteratorResult<T>> => {
        await inner.return?.();
        return { done: true, value: undefined };
      };
      return {
        async next() {
          const begun = performance.now();
          const result = await inner.next();
          try {
            await pass(begun, false);
          } catch (error) {
            void close().catch(() => undefined);
            throw error;
          }
          return result.done === true ? { done: true, value: undefined } : { done: false, value: await result.value };
        },
        return: close,
      };
    },
  };
}

const interruption: Interruption = {
  begin(operation) {
    const run: Run = { parent: runs.getStore(), started: performance.now(), stopped: undefined, listens: false };
    return { value: runs.run(run, operation), stop: () => (run.stopped = performance.now()) };
  },
  listen() {
    for (let run = runs.getStore(); run !== undefined; run = run.parent) run.listens = true;
  },
};
Object.assign(globalThis, { __awaited: awaited, __iterated: iterated, [INTERRUPTION]: interruption });

/** Some code put into other code, at a place of it. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Where a function travels to another process as text, these names are unknown and the code runs as it was written. */
const AWAITED = "(globalThis.__awaited??(x=>x))(";
const ITERATED = "(globalThis.__iterated??(x=>x))(";

/** JavaScript with every `await`, and every `for await`, sent through here; lines keep their numbers. */
export function stoppable(ts: typeof TypeScript, code: string): string {
  if (!code.includes("await")) return code;
  const insertions: Insertion[] = [];
  const file = ts.createSourceFile("cell.js", code, ts.ScriptTarget.ESNext, true);
  const around = (node: TypeScript.Node, before: string, after = ")"): void => {
    insertions.push({ at: node.getStart(file), text: before }, { at: node.end, text: after });
  };
  const visit = (node: TypeScript.Node, isCleanUp: boolean): void => {
    if (ts.isAwaitExpression(node)) {
      insertions.push({ at: node.expression.getStart(file), text: AWAITED });
      visit(node.expression, isCleanUp);
      insertions.push({ at: node.expression.end, text: isCleanUp ? ",true)" : ")" });
      return;
    }
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) around(node.expression, ITERATED);
    if (ts.isTryStatement(node)) {
      visit(node.tryBlock, isCleanUp);
      if (node.catchClause !== undefined) visit(node.catchClause, isCleanUp);
      if (node.finallyBlock !== undefined) visit(node.finallyBlock, true);
      return;
    }
    ts.forEachChild(node, (child) => visit(child, isCleanUp && !ts.isFunctionLike(node)));
  };
  visit(file, false);
  return withInsertions(code, insertions);
}

/** Puts texts into a text; those at one place stay in their order. */
export function withInsertions(text: string, insertions: readonly Insertion[]): string {
  const sorted = insertions.map((insertion, order) => ({ ...insertion, order }));
  sorted.sort((a, b) => a.at - b.at || a.order - b.order);
  let result = "";
  let done = 0;
  for (const { at, text: more } of sorted) {
    result += text.slice(done, at) + more;
    done = at;
  }
  return result + text.slice(done);
}
