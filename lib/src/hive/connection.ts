/**
 * One connection to HiveServer2 by the `hive-driver` package, with what the driver hides brought to light:
 *
 * - its `connect` resolves before there is a connection (it emits `connect` itself), so that a refused one shows up later as
 *   an `error` event, which ends the process when nobody listens;
 * - a request under way when the connection breaks is never answered: no error, no result;
 * - its errors of status are no `Error`s, and the text of a failed statement is not in them but in the operation's status.
 */
import type { Socket } from "node:net";
import type { IHiveSession, IOperation } from "./driver.ts";
import { loadDriver } from "./driver.ts";
import { messageOf, StreambookError } from "../errors/index.ts";
import { withTimeout } from "../async/index.ts";

/** A session on a connection of its own. */
export interface Connection {
  readonly session: IHiveSession;
  /** Whether requests can be sent. */
  isOpen(): boolean;
  /** Waits for an answer of the driver, or for the end of the connection, whichever comes first. */
  guard<T>(answer: Promise<T>): Promise<T>;
  /** Whether the connection keeps the process alive. */
  keepAlive(yes: boolean): void;
  close(): Promise<void>;
}

/** Where to connect, and as whom. */
export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects and opens a session: protocol V10, no SASL.
 *
 * @throws UNREACHABLE when nothing answers there, or something that is not HiveServer2; HIVE_FAILED, worth another try, when it opens no
 * session: a session has a folder on HDFS
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { host, port, user, timeout, signal } = options;
  const where = `${host}:${port}`;
  const { HiveClient, TcpConnection, NoSaslAuthentication, TCLIService, types } = await loadDriver();
  signal?.throwIfAborted();
  const client = new HiveClient(TCLIService, types);
  const tcp = new TcpConnection();
  const waiting = new Set<(error: Error) => void>();
  let failure: StreambookError | undefined;
  const fail = (cause: unknown): void => {
    failure ??= unreachable(where, cause);
    for (const reject of waiting) reject(failure);
    waiting.clear();
    (tcp.getConnection() as { destroy(): void } | undefined)?.destroy();
  };
  client.on("error", fail);
  client.on("close", () => fail(new Error("the connection was closed")));
  await client.connect({ host, port, options: {} }, tcp, new NoSaslAuthentication());
  const socket = (tcp.getConnection() as { connection: Socket }).connection;

  const guard = <T>(answer: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.add(reject);
      answer.then(resolve, (error: unknown) => reject(asError(error))).finally(() => waiting.delete(reject));
    });
  const close = async (): Promise<void> => {
    if (failure === undefined)
      await withTimeout("Hive to close a session", 2000, () => guard(session.close())).catch(() => {});
    failure ??= unreachable(where, new Error("the session is closed"));
    client.close();
    socket.destroy();
  };

  let session: IHiveSession;
  try {
    const protocol = types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10;
    const request = { client_protocol: protocol, username: user };
    session = await withTimeout(
      `Hive at ${where} to open a session`,
      timeout,
      () => guard(client.openSession(request)),
      signal,
    );
  } catch (error) {
    socket.destroy();
    throw error instanceof StreambookError ? error : refused(where, error);
  }
  return {
    session,
    guard,
    close,
    isOpen: () => failure === undefined,
    keepAlive: (yes) => void (yes ? socket.ref() : socket.unref()),
  };
}

/** The state of an operation. */
export interface OperationState {
  readonly ready: boolean;
  /** The real text of a failure. */
  readonly failure?: string;
}

/** Looks whether an operation has ended, and how. */
export async function stateOf(operation: IOperation): Promise<OperationState> {
  const { types } = await loadDriver();
  const { operationState, errorMessage } = await operation.status(false);
  const states = types.TOperationState;
  switch (operationState) {
    case states.FINISHED_STATE:
      return { ready: true };
    case states.INITIALIZED_STATE:
    case states.PENDING_STATE:
    case states.RUNNING_STATE:
      return { ready: false };
    case states.CANCELED_STATE:
      return { ready: true, failure: errorMessage || "the statement was cancelled" };
    default:
      return { ready: true, failure: errorMessage || `the statement ended in state ${operationState ?? "unknown"}` };
  }
}

function unreachable(where: string, cause: unknown): StreambookError {
  const why = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
  return new StreambookError("UNREACHABLE", `no HiveServer2 answers at ${where} (${why})`, {
    cause,
    hint: { start: ["hive"], log: "hive" },
  });
}

function refused(where: string, cause: unknown): StreambookError {
  return new StreambookError("HIVE_FAILED", `HiveServer2 at ${where} opened no session: ${messageOf(cause)}`, {
    cause,
    hint: { inspect: "services", log: "hive" },
    retriable: true,
  });
}

/** The driver rejects with objects that are no errors. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  return new Error((error as { message?: string }).message || "Hive gave no reason", { cause: error });
}
