/** The REST pages of YARN: is it there, which applications run, end one, read what its tasks have said. */
import { reachDirectly } from "../address/index.ts";
import { anySignal, delay } from "../async/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";
import { mainComplaint, readLog, type CounterGroups } from "./hadoop-log.ts";
import { TASK_ERROR } from "./task.ts";

const LIMIT = 5000;
const MOST_CONTAINERS = 200;
const UNDER_WAY = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING";

interface Application {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly diagnostics?: string;
  readonly amContainerLogs?: string;
}

interface ClusterNode {
  readonly state: string;
  readonly nodeHTTPAddress: string;
  /** What is wrong with an unhealthy one, as its health check reports it. */
  readonly healthReport?: string;
}

/** A client of the ResourceManager's REST pages. */
export class ResourceManager {
  readonly #address: string;
  readonly #user: string;

  /** @param address the ResourceManager's web address, `http://host:port` */
  constructor(address: string, user: string) {
    this.#address = address.replace(/\/+$/, "");
    reachDirectly(this.#address);
    this.#user = user;
  }

  /**
   * Checks that jobs can run, because the Hadoop client alone would wait for minutes and not say for what.
   *
   * @throws UNREACHABLE, STACK_DOWN
   */
  async check(signal?: AbortSignal): Promise<void> {
    const nodes = await this.#nodes(signal);
    if (nodes.some(({ state }) => state === "RUNNING")) return;
    const sick = nodes.find(({ state }) => state === "UNHEALTHY");
    if (sick === undefined)
      throw new StreambookError("STACK_DOWN", `YARN at ${this.#address} has no running NodeManager`, {
        hint: { start: ["yarn"] },
      });
    const reason = sick.healthReport?.split(" ; ", 1)[0]?.trim() || "no reason given";
    throw new StreambookError(
      "STACK_DOWN",
      `YARN at ${this.#address} gives its NodeManager no tasks, because it reports itself unhealthy: ${reason}; free some disk, and it recovers within seconds`,
    );
  }

  /**
   * Checks again and again that jobs can run, until `signal` aborts: a job that waits for a NodeManager waits for ever.
   *
   * @param onStop is given what {@link check} has found so often without a break
   * @param options.interval milliseconds between two looks. @default 5000
   * @param options.times @default 6
   */
  async watch(
    onStop: (reason: unknown) => void,
    signal: AbortSignal,
    { interval = 5000, times = 6 }: { readonly interval?: number; readonly times?: number } = {},
  ): Promise<void> {
    let found = 0;
    while (!signal.aborted) {
      await delay(interval, signal).catch(() => undefined);
      try {
        await this.check(signal);
        found = 0;
      } catch (error) {
        // One that does not answer may be busy, and the Hadoop client asks it too.
        if (isStreambookError(error, "STACK_DOWN") && ++found >= times) return onStop(error);
      }
    }
  }

  /** Ends the applications of this name, and waits until they are no more. */
  async kill(name: string): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      const { apps } = (await this.#get(`/ws/v1/cluster/apps?states=${UNDER_WAY}`)) as {
        apps: { app?: Application[] } | null;
      };
      const left = (apps?.app ?? []).filter((application) => application.name === name);
      if (left.length === 0) return;
      await Promise.all(left.map(({ id }) => this.#put(`/ws/v1/cluster/apps/${id}/state`, { state: "KILLED" })));
      await delay(250);
    }
    throw new StreambookError(
      "TIMEOUT",
      `YARN did not kill the job ${name}; see ${this.#address}/cluster/apps/RUNNING`,
    );
  }

  /** The counters of a running job, as its application master knows them; undefined when it does not say. */
  async counters(applicationId: string, jobId: string): Promise<CounterGroups | undefined> {
    try {
      const answer = (await this.#get(`/proxy/${applicationId}/ws/v1/mapreduce/jobs/${jobId}/counters`)) as {
        jobCounters?: {
          counterGroup?: { counterGroupName: string; counter: { name: string; totalCounterValue: number }[] }[];
        };
      };
      const groups: CounterGroups = {};
      for (const { counterGroupName, counter } of answer.jobCounters?.counterGroup ?? []) {
        groups[counterGroupName] = Object.fromEntries(counter.map((each) => [each.name, each.totalCounterValue]));
      }
      return groups;
    } catch {
      return undefined; // it has ended, or not begun
    }
  }

  /**
   * What the tasks of a failed application have said, from the logs of its containers: the first error that a task of ours has
   * written, or else what the application master knows of the failed ones. The containers' names count up from the
   * master's, so no history server is needed.
   */
  async taskError(applicationId: string): Promise<string | undefined> {
    try {
      const { app } = (await this.#get(`/ws/v1/cluster/apps/${applicationId}`)) as { app: Application };
      const master = /container_\w+(?=\/|$)/.exec(app.amContainerLogs ?? "")?.[0];
      if (master === undefined) return undefined;
      const nodes = await this.#nodes();
      for (let number = 2, missed = 0; missed < 3 && number < MOST_CONTAINERS; number++) {
        const container = master.replace(/\d+$/, (digits) => String(number).padStart(digits.length, "0"));
        const log = await logOf(nodes, container, "stderr");
        missed = log === undefined ? missed + 1 : 0;
        const line = log?.split("\n").find((each) => each.startsWith(TASK_ERROR));
        if (line !== undefined) return JSON.parse(line.slice(TASK_ERROR.length)) as string;
      }
      return mainComplaint(diagnosticsIn((await logOf(nodes, master, "syslog")) ?? ""));
    } catch {
      return undefined; // the error of the job stands without it
    }
  }

  async #nodes(signal?: AbortSignal): Promise<ClusterNode[]> {
    const { nodes } = (await this.#get("/ws/v1/cluster/nodes", signal)) as { nodes: { node?: ClusterNode[] } | null };
    return nodes?.node ?? [];
  }

  async #get(path: string, signal?: AbortSignal): Promise<unknown> {
    return (await this.#fetch(path, { headers: { accept: "application/json" } }, signal)).json();
  }

  async #put(path: string, body: unknown): Promise<void> {
    const url = `${path}?user.name=${encodeURIComponent(this.#user)}`;
    await this.#fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async #fetch(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const limit = AbortSignal.timeout(LIMIT);
    let response: Response;
    try {
      response = await fetch(this.#address + path, { ...init, signal: anySignal(signal, limit) });
    } catch (cause) {
      signal?.throwIfAborted();
      const why = limit.aborted
        ? `no answer in ${formatSeconds(LIMIT / 1000)}`
        : messageOf((cause as Error).cause ?? cause);
      throw new StreambookError("UNREACHABLE", `no YARN answers at ${this.#address} (${why})`, {
        cause,
        hint: { start: ["yarn"] },
      });
    }
    if (response.ok) return response;
    throw new StreambookError(
      "UNREACHABLE",
      `${this.#address} answered ${response.status} when asked for YARN's ${path.split("?", 1)[0]}; is that the ResourceManager?`,
    );
  }
}

/** The log of a container, on whichever node it was. */
async function logOf(nodes: readonly ClusterNode[], container: string, file: string): Promise<string | undefined> {
  reachDirectly(...nodes.map(({ nodeHTTPAddress }) => nodeHTTPAddress));
  const logs = await Promise.all(
    nodes.map(async ({ nodeHTTPAddress }) => {
      try {
        const url = `http://${nodeHTTPAddress}/ws/v1/node/containerlogs/${container}/${file}`;
        const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT) });
        return response.ok ? await response.text() : undefined;
      } catch {
        return undefined;
      }
    }),
  );
  return logs.find((log) => log !== undefined);
}

/** What the application master has written of failed attempts. */
function diagnosticsIn(log: string): readonly string[] {
  const start = log.indexOf("Diagnostics report from attempt");
  const reader = readLog();
  if (start >= 0) for (const line of log.slice(start).split("\n")) reader.line(line);
  return reader.log.complaints;
}
