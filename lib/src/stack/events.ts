/** What the launcher reports while it works: for a person who waits, and for programs that show it in their own way. */
/** One thing that happened. */
export interface StackEvent {
  readonly kind: "notice" | "preparing" | "starting" | "ready" | "died" | "stopping" | "stopped";
  /** The instance that it is about. */
  readonly service?: string;
  /** One line for a person. */
  readonly message: string;
  /** Seconds since the command began. */
  readonly seconds: number;
  /** The end of the log of a service that died. */
  readonly log?: readonly string[];
}

/** Options that every function of this room takes. */
export interface StackOptions {
  /** `STREAMBOOK_HOME`, `STREAMBOOK_JARS`, `STREAMBOOK_PORTS`, `STREAMBOOK_STACK`, `JAVA_HOME`. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: StackEvent) => void) | undefined;
}

/** A function that reports to a callback, with the time since it was made. */
export function reporter(onProgress: StackOptions["onProgress"]): Report {
  const start = performance.now();
  return (kind, message, more = {}) =>
    onProgress?.({ kind, message, seconds: (performance.now() - start) / 1000, ...more });
}

/** @see reporter */
export type Report = (kind: StackEvent["kind"], message: string, more?: Pick<StackEvent, "service" | "log">) => void;
