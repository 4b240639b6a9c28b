/** What the Hadoop client says of a job while it runs, line by line, made into facts. */

/** Counters by group and name, as the client prints them when a job ends. */
export type CounterGroups = Record<string, Record<string, number>>;

/** What is known of a job so far. */
export interface JobLog {
  applicationId?: string;
  jobId?: string;
  /** Percent. */
  map: number;
  reduce: number;
  running: boolean;
  succeeded: boolean;
  /** Whether the client has seen the end of the job, good or bad. */
  ended: boolean;
  readonly counters: CounterGroups;
  /** Lines that say what went wrong, first one first. */
  readonly complaints: string[];
}

/** Makes a reader of the client's lines; `log` grows with every line. */
export function readLog(): { readonly log: JobLog; readonly line: (text: string) => void } {
  const log: JobLog = {
    map: 0,
    reduce: 0,
    running: false,
    succeeded: false,
    ended: false,
    counters: {},
    complaints: [],
  };
  let group: Record<string, number> | undefined;
  let inCounters = false;
  return {
    log,
    line: (text) => {
      if (inCounters && text.startsWith("\t")) {
        const counter = /^\t\t(.*)=(-?\d+)$/.exec(text);
        if (counter !== null && group !== undefined) group[counter[1]!] = Number(counter[2]);
        else group = log.counters[text.trim()] ??= {};
        return;
      }
      inCounters = /\bCounters: \d+$/.test(text);
      if (!inCounters) readFact(log, text);
    },
  };
}

const COMPLAINT =
  /^\s*(?:Exception in thread "[^"]*" )?(?:Error: |Caused by: )?(?:[a-z]\w*\.)+(?:\w*(?:Exception|Error)): .+|Error Launching job : .+|Streaming Command Failed|failed with state \w+ due to: .+|Cannot run program.+|Task Id : .+Status : FAILED/;

function readFact(log: JobLog, text: string): void {
  const application = /Submitted application (application_\d+_\d+)/.exec(text);
  if (application !== null) log.applicationId = application[1]!;
  const job = /Running job: (job_\d+_\d+)/.exec(text);
  if (job !== null) log.jobId = job[1]!;
  const progress = /\bmap (\d+)% reduce (\d+)%/.exec(text);
  if (progress !== null) {
    log.running = true;
    log.map = Number(progress[1]);
    log.reduce = Number(progress[2]);
  }
  const end = /Job job_\w+ (completed successfully|failed with state)/.exec(text);
  log.ended ||= end !== null;
  log.succeeded ||= end?.[1] === "completed successfully";
  const complaint = COMPLAINT.exec(text);
  if (complaint !== null) log.complaints.push(complaint[0].trim());
}

/** The one complaint that says most, without the names of Java's classes before it; Hadoop's own wrappers say least. */
export function mainComplaint(complaints: readonly string[]): string | undefined {
  const rank = (text: string): number => {
    if (/Cannot run program/.test(text)) return 0;
    if (/subprocess failed with code|Streaming Command Failed|Status : FAILED/.test(text)) return 3;
    return /failed with state/.test(text) ? 2 : 1;
  };
  const [main] = [...complaints].sort((a, b) => rank(a) - rank(b));
  return main?.replace(/^(?:Exception in thread "[^"]*" |Caused by: |Error: )*(?:(?:[a-z]\w*\.)+\w+: )*/, "");
}
