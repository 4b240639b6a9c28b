/** What the driver reports, as errors that say what to do. */
import driver from "cassandra-driver";
import { type ErrorCode, messageOf, StreambookError } from "../errors/index.ts";

const { responseErrorCodes: codes } = driver.types;

/** What the caller was doing, and with whom. */
export interface Surroundings {
  /** `host:port` */
  readonly address: string;
  readonly user: string;
}

/** An error of the driver as ours; any other as it is. */
export function failureOf(error: unknown, at: Surroundings): unknown {
  const { errors } = driver;
  if (error instanceof errors.NoHostAvailableError) return noHost(error, at);
  if (error instanceof errors.AuthenticationError) return refusedLogin(error, at);
  if (error instanceof errors.OperationTimedOutError)
    return new StreambookError("TIMEOUT", `Cassandra at ${at.address} did not answer in time: ${messageOf(error)}`, {
      cause: error,
    });
  if (error instanceof errors.BusyConnectionError)
    return failed(`Cassandra at ${at.address} has more requests under way than one connection takes`, error, true);
  if (error instanceof errors.ResponseError) return responseFailure(error);
  if (isBroken(error))
    return new StreambookError(
      "UNREACHABLE",
      `the connection to Cassandra at ${at.address} broke: ${messageOf(error)}`,
      {
        cause: error,
        hint: { start: ["cassandra"] },
      },
    );
  if (error instanceof errors.DriverError || error instanceof TypeError || error instanceof RangeError)
    return failed(`Cassandra's driver does not take it: ${messageOf(error)}`, error, false);
  return error;
}

/** Whether an error is a connection's end, which the driver marks: while it opens a session, it does not look for another node. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && (error as { readonly isSocketError?: unknown }).isSocketError === true;
}

/** Nobody answered; what the one that was asked last has said is the reason. */
function noHost(error: InstanceType<typeof driver.errors.NoHostAvailableError>, at: Surroundings): unknown {
  const inner = Object.values((error.innerErrors ?? {}) as Record<string, unknown>);
  const login = inner.find((one) => one instanceof driver.errors.AuthenticationError);
  if (login !== undefined) return refusedLogin(login, at);
  const response = inner.find((one) => one instanceof driver.errors.ResponseError);
  if (response !== undefined) return responseFailure(response);
  const slow = inner.find((one) => one instanceof driver.errors.OperationTimedOutError);
  const cause = inner[0] ?? error;
  if (slow !== undefined)
    return new StreambookError("TIMEOUT", `Cassandra at ${at.address} did not answer in time: ${messageOf(slow)}`, {
      cause,
    });
  return new StreambookError("UNREACHABLE", `no Cassandra answers at ${at.address} (${messageOf(cause)})`, {
    cause,
    hint: { start: ["cassandra"] },
  });
}

function refusedLogin(cause: unknown, { address, user }: Surroundings): StreambookError {
  return new StreambookError(
    "CASSANDRA_LOGIN",
    `Cassandra at ${address} refuses the user ${user}: ${messageOf(cause)}`,
    { cause },
  );
}

/** What Cassandra itself answers: https://cassandra.apache.org/doc/latest/cassandra/reference/native-protocol.html */
function responseFailure(error: InstanceType<typeof driver.errors.ResponseError>): StreambookError {
  const message = `Cassandra: ${messageOf(error)}`;
  const code = codesOf.get(error.code) ?? "CASSANDRA_FAILED";
  if (code === "CASSANDRA_FAILED") return failed(message, error, passing.has(error.code));
  // nodes that have joined keep a part of the rows: all of them are wanted
  const hint = code === "NODES_MISSING" ? { hint: { start: ["replicas"] } } : {};
  return new StreambookError(code, message, { cause: error, ...hint });
}

const codesOf: ReadonlyMap<number, ErrorCode> = new Map([
  [codes.readTimeout, "TIMEOUT"],
  [codes.writeTimeout, "TIMEOUT"],
  [codes.unavailableException, "NODES_MISSING"],
  [codes.badCredentials, "CASSANDRA_LOGIN"],
  [codes.unauthorized, "CASSANDRA_LOGIN"],
]);
/** What is not there the next time. */
const passing: ReadonlySet<number> = new Set([
  codes.overloaded,
  codes.isBootstrapping,
  codes.truncateError,
  codes.serverError,
]);

function failed(message: string, cause: unknown, retriable: boolean): StreambookError {
  return new StreambookError("CASSANDRA_FAILED", message, { cause, retriable });
}
