/** One line on standard error that tells how far something is: redrawn on a terminal, now and then elsewhere. */

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
  const write = (text: string): void => {
    const line = `${name}: ${text}`;
    stream.write(terminal ? `\r\x1b[K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}` : `${line}\n`);
  };
  return {
    show(text) {
      const now = performance.now();
      if (text === before || now - shown < (terminal ? TERMINAL : LOG)) return;
      [shown, before] = [now, text];
      write(text);
    },
    end(text) {
      stream.write(terminal ? `\r\x1b[K${name}: ${text}\n` : `${name}: ${text}\n`);
    },
  };
}
