// Shows how the steps of set-up get on: one line that changes on a terminal, a line now and then in a log.

const LOG_INTERVAL = 10_000;

/**
 * @typedef {object} Board
 * @property {(step: string, text: string) => void} show says where a step is
 * @property {(step: string, text: string) => void} done says, for good, what a step has done
 * @property {(text: string) => void} say a line of its own
 * @property {() => void} close
 */

/**
 * A board on standard error.
 * @param {{ stream?: NodeJS.WriteStream | { isTTY?: boolean, columns?: number, write(text: string): unknown } }} [options]
 * @returns {Board}
 */
export function createBoard({ stream = process.stderr } = {}) {
  /** @type {Map<string, string>} */
  const steps = new Map();
  /** @type {Map<string, number>} */
  const logged = new Map();
  const started = Date.now();
  const live = stream.isTTY === true;

  function clear() {
    if (live) stream.write("\r\x1b[K");
  }
  function draw() {
    if (!live || steps.size === 0) return;
    const text = [...steps].map(([step, at]) => `${step}: ${at}`).join(" · ");
    const line = `setup: ${Math.round((Date.now() - started) / 1000)} s · ${text}`;
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  }
  const timer = live ? setInterval(draw, 1000) : undefined;
  timer?.unref();

  return {
    show(step, text) {
      steps.set(step, text);
      if (live) return draw();
      const last = logged.get(step);
      if (last !== undefined && Date.now() - last < LOG_INTERVAL) return;
      logged.set(step, Date.now());
      stream.write(`setup: ${step}: ${text}\n`);
    },
    done(step, text) {
      steps.delete(step);
      clear();
      stream.write(`setup: ${step}: ${text}\n`);
      draw();
    },
    say(text) {
      clear();
      stream.write(`${text}\n`);
      draw();
    },
    close() {
      clear();
      steps.clear();
      clearInterval(timer);
    },
  };
}
