/** One line on standard error that shows the progress of something: redrawn on a terminal, now and then elsewhere. */

/** A line that is shown again and again. */
export interface StatusLine {
  /** Shows a text; many calls a second are fine. */
  show(text: string): void;
  /** Shows the last text, and goes on below. */
  end(text: string): void;
}

/** How often a line is shown, in milliseconds: on a terminal, and in a log. */
const TERMINAL = 100;
const LOG = 2000;

/** Makes a status line that begins with a name. */
export function statusLine(name: string, stream: NodeJS.WriteStream = process.stderr): StatusLine {
  const terminal = stream.isTTY === true;
  let shown = -Infinity;
  let before = "";
  let later: NodeJS.Timeout | undefined;
  const write = (text: string): void => {
    [shown, before] = [performance.now(), text];
    const line = `${name}: ${text}`;
    stream.write(terminal ? `\r\x1b[K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}` : `${line}\n`);
  };
  return {
    show(text) {
      clearTimeout(later);
      if (text === before) return;
      // What comes too soon is shown a little later, unless something newer comes: the last text is always seen.
      const wait = shown + (terminal ? TERMINAL : LOG) - performance.now();
      if (wait <= 0) write(text);
      else later = setTimeout(() => write(text), wait).unref();
    },
    end(text) {
      clearTimeout(later);
      stream.write(terminal ? `\r\x1b[K${name}: ${text}\n` : `${name}: ${text}\n`);
    },
  };
}
