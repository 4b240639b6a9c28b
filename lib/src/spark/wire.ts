/** One session of Spark Connect: calls that are taken up again where they broke, and whose failures say what Spark says. */
import { randomUUID } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Client } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { backOff, delay, orAborted, withTimeout } from "../async/index.ts";
import {
  errorInfo,
  isBroken,
  isForgotten,
  isUnknownOperation,
  sessionLost,
  sparkError,
  unreachable,
} from "./errors.ts";
import {
  type AnalyzePlanRequestSchema,
  type ConfigRequest_OperationSchema,
  type ExecutePlanResponse,
  InterruptRequest_InterruptType,
  PlanSchema,
  SparkConnectService,
} from "./messages/base.ts";
import { artifactRequests } from "./artifacts.ts";
import type { CommandSchema } from "./messages/commands.ts";
import type { Relation } from "./messages/relations.ts";

/** Options of {@link SparkWire}. */
export interface WireOptions {
  /** `host:port` */
  readonly address: string;
  readonly user: string;
  /** Longest wait for a connection, in milliseconds, when it breaks. */
  readonly connectTimeout: number;
  /** A session of another process. @default a new one */
  readonly sessionId?: string;
}

/** Options of what runs on Spark. */
export interface RunOptions {
  /** Ends the work on Spark, too. */
  readonly signal?: AbortSignal | undefined;
}

/** A part of an answer: everything but Arrow's batches and the end. */
export type Answer = ExecutePlanResponse["responseType"];

/** How many times in a row a broken answer is taken up again. */
const REATTACHMENTS = 6;

/** The connection of a session. */
export class SparkWire {
  readonly #address: string;
  readonly #connectTimeout: number;
  readonly #connection: Http2SessionManager;
  readonly #client: Client<typeof SparkConnectService>;
  /** A UUID. */
  readonly sessionId: string;
  readonly #user: string;
  /** Spark's own name of the session: one that was started again takes the same id for a new session, and would say nothing. */
  #observed = "";

  constructor({ address, user, connectTimeout, sessionId = randomUUID() }: WireOptions) {
    this.sessionId = sessionId;
    this.#address = address;
    this.#connectTimeout = connectTimeout;
    this.#connection = new Http2SessionManager(`http://${address}`, { pingIntervalMs: 30_000, pingTimeoutMs: 15_000 });
    const transport = createGrpcTransport({ baseUrl: `http://${address}`, sessionManager: this.#connection });
    this.#client = createClient(SparkConnectService, transport);
    this.#user = user;
  }

  /** What every call says of itself. */
  get #own() {
    return {
      sessionId: this.sessionId,
      userContext: { userId: this.#user, userName: this.#user },
      clientType: "streambook",
      ...(this.#observed !== "" && { clientObservedServerSideSessionId: this.#observed }),
    };
  }

  /** Asks about a plan without running it. @throws as {@link execute} */
  async analyze(analyze: AnalyzeInit, signal?: AbortSignal): Promise<AnalyzeResult> {
    const answer = await this.#call((options) => this.#client.analyzePlan({ ...this.#own, analyze }, options), signal);
    return answer.result;
  }

  /** Reads or changes the session's configuration. @throws as {@link execute} */
  async configure(opType: ConfigureInit, signal?: AbortSignal): Promise<Map<string, string | undefined>> {
    const answer = await this.#call(
      (options) => this.#client.config({ ...this.#own, operation: { opType } }, options),
      signal,
    );
    return new Map(answer.pairs.map(({ key, value }) => [key, value]));
  }

  /**
   * Gives the session's files to all executors, under names that say what is in them: one that is there already is not sent again.
   *
   * @throws as {@link execute}
   */
  async addFiles(
    files: readonly (readonly [name: string, content: Uint8Array])[],
    signal?: AbortSignal,
  ): Promise<void> {
    const paths = files.map(([name]) => `files/${name}`);
    const known = await this.#call(
      (options) => this.#client.artifactStatus({ ...this.#own, names: paths }, options),
      signal,
    );
    const missing = files.filter(([name]) => known.statuses[`files/${name}`]?.exists !== true);
    if (missing.length === 0) return;
    await this.#call((options) => this.#client.addArtifacts(artifactRequests(missing, this.#own), options), signal);
  }

  /** Runs a command and gives the parts of its answer. @throws as {@link execute} */
  async command(commandType: CommandInit, signal?: AbortSignal): Promise<Answer[]> {
    const answers: Answer[] = [];
    const plan = create(PlanSchema, { opType: { case: "command", value: { commandType } } });
    for await (const { responseType } of this.#execute(plan, signal)) answers.push(responseType);
    return answers;
  }

  /** Runs a relation and gives Arrow's batches as they come. @throws as {@link execute} */
  async *batches(relation: Relation, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const plan = create(PlanSchema, { opType: { case: "root", value: relation } });
    for await (const { responseType } of this.#execute(plan, signal))
      if (responseType.case === "arrowBatch") yield responseType.value.data;
  }

  /**
   * Runs a plan. Spark keeps an answer until it is released, so one that breaks off is taken up behind the last part that
   * arrived: nothing runs twice. One that Spark has never heard of, because the request was lost, is asked for again. Whoever stops reading, or aborts, ends the work on Spark.
   *
   * @throws SparkError; UNREACHABLE when the connection stays away; SPARK_SESSION_LOST when Spark has forgotten the session
   */
  async *#execute(
    plan: ReturnType<typeof create<typeof PlanSchema>>,
    signal?: AbortSignal,
  ): AsyncGenerator<ExecutePlanResponse, void> {
    signal?.throwIfAborted();
    const operationId = randomUUID();
    const end = new AbortController();
    const options = { signal: signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]) };
    const reattachOptions = { case: "reattachOptions" as const, value: { reattachable: true } };
    const requestOptions = [{ requestOption: reattachOptions }];
    const begin = () => this.#client.executePlan({ ...this.#own, plan, operationId, requestOptions }, options);
    const goOn = () =>
      this.#client.reattachExecute(
        { ...this.#own, operationId, ...(last !== "" && { lastResponseId: last }) },
        options,
      );
    let [last, failures, complete] = ["", 0, false];
    let stream = begin();
    try {
      while (!complete) {
        try {
          for await (const response of stream) {
            [last, failures] = [response.responseId, 0];
            this.#observed = response.serverSideSessionId;
            if (response.responseType.case === "resultComplete") complete = true;
            else yield response;
          }
          if (!complete) stream = goOn();
        } catch (error) {
          signal?.throwIfAborted();
          const neverArrived = last === "" && isUnknownOperation(error);
          if (!(neverArrived || isBroken(error)) || ++failures > REATTACHMENTS) throw await this.#explained(error);
          if (!neverArrived) await delay(backOff(failures), signal);
          stream = neverArrived ? begin() : goOn();
        }
      }
    } finally {
      if (!complete) this.#interrupt(operationId);
      else this.#release(operationId);
      end.abort();
    }
  }

  /** Ends the work on Spark for which nobody waits any more. */
  #interrupt(operationId: string): void {
    const type = InterruptRequest_InterruptType.OPERATION_ID;
    const interrupt = { case: "operationId" as const, value: operationId };
    this.#client
      .interrupt({ ...this.#own, interruptType: type, interrupt })
      .then(() => this.#release(operationId))
      .catch(() => undefined);
  }

  /** Lets Spark forget an answer that has arrived. */
  #release(operationId: string): void {
    const release = { case: "releaseAll" as const, value: {} };
    this.#client.releaseExecute({ ...this.#own, operationId, release }).catch(() => undefined);
  }

  /** Ends the session: Spark forgets its views, models and settings. */
  async close(): Promise<void> {
    await withTimeout("Spark to end a session", 5000, () => this.#client.releaseSession({ ...this.#own })).catch(
      () => undefined,
    );
    this.#connection.abort();
  }

  /** A call that may be made again, made until it is answered. */
  async #call<T extends { readonly serverSideSessionId: string }>(
    call: (options: { signal: AbortSignal }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const limit = AbortSignal.timeout(this.#connectTimeout);
    for (let failures = 1; ; failures++) {
      signal?.throwIfAborted();
      try {
        const answer = await orAborted(
          call({ signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) }),
          limit,
        );
        this.#observed = answer.serverSideSessionId;
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        if (limit.aborted) throw unreachable(this.#address, error);
        if (!isBroken(error) || failures > REATTACHMENTS) throw await this.#explained(error);
        await delay(backOff(failures), signal);
      }
    }
  }

  /** The error of a failed call, with what Spark says of it when it is asked. */
  async #explained(error: unknown): Promise<unknown> {
    if (!(error instanceof ConnectError)) return error;
    if (isForgotten(error)) return sessionLost(this.#address, error);
    if (isBroken(error) || error.code === Code.DeadlineExceeded) return unreachable(this.#address, error);
    const errorId = errorInfo(error)?.["errorId"];
    const details =
      errorId === undefined
        ? undefined
        : await this.#client.fetchErrorDetails({ ...this.#own, errorId }).catch(() => undefined);
    return sparkError(error, details);
  }
}

type ConfigureInit = NonNullable<MessageInitShape<typeof ConfigRequest_OperationSchema>["opType"]>;
type AnalyzeInit = NonNullable<MessageInitShape<typeof AnalyzePlanRequestSchema>["analyze"]>;
type AnalyzeResult = Awaited<ReturnType<Client<typeof SparkConnectService>["analyzePlan"]>>["result"];
type CommandInit = NonNullable<MessageInitShape<typeof CommandSchema>["commandType"]>;
