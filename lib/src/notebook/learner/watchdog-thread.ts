/** The thread of {@link watch}: looks at a process from beside it, also while the process is too busy to look at itself. */
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import { LOOK, MEMORY, Slot, TOO_LONG, TOO_MUCH } from "./watchdog-memory.ts";

const state = new Int32Array(workerData as SharedArrayBuffer);
const session = new Session();
session.connectToMainThread();

/** Ends what runs: the signal where Node listens for it, as it does in `vm` scripts; else V8's own end of whatever it runs. */
function end(reason: number): void {
  // Only one of the two takes the watch down: this thread, or the process whose code has ended meanwhile.
  const armed = Atomics.load(state, Slot.armed);
  if (armed === 0 || Atomics.compareExchange(state, Slot.armed, armed, 0) !== armed) return;
  Atomics.store(state, Slot.reason, reason);
  if (Atomics.load(state, Slot.bySignal) === 1) process.kill(process.pid, "SIGINT");
  else session.post("Runtime.terminateExecution");
}

for (;;) {
  Atomics.wait(state, Slot.armed, 0);
  const armed = Atomics.load(state, Slot.armed);
  let [beat, since] = [Atomics.load(state, Slot.beat), performance.now()];
  while (armed !== 0 && Atomics.load(state, Slot.armed) === armed) {
    Atomics.wait(state, Slot.armed, armed, LOOK);
    const now = Atomics.load(state, Slot.beat);
    if (now !== beat) [beat, since] = [now, performance.now()];
    const busy = performance.now() - since;
    // A process that turns its loop looks at its memory itself, and ends nothing but the code at fault.
    if (busy > 3 * LOOK && process.memoryUsage.rss() / MEMORY > Atomics.load(state, Slot.most)) end(TOO_MUCH);
    else if (busy > Atomics.load(state, Slot.busy)) end(TOO_LONG);
  }
}
