/** What a watch looks at, again and again. */
import type { Sample } from "../../metrics/index.ts";

/** Something that gives figures each time it is looked at. */
export interface Source extends AsyncDisposable {
  /** What people call it: "Kafka". */
  readonly title: string;
  /** Time between the end of a look and the next, in milliseconds. */
  readonly interval: number;
  /** The figures of now. One that is not started gives none; one that should answer and does not is an error. */
  look(signal: AbortSignal): Promise<readonly Sample[]>;
  /** What a part of the last look failed with, while the rest has given figures. */
  readonly problem?: string | undefined;
}
