/** The parts of the `hive-driver` package that are used, with their types; loaded when the first session is opened. */
import type { EventEmitter } from "node:events";

/** A column of a result: its name and type number. */
export interface ColumnDescriptor {
  readonly columnName: string;
  readonly position: number;
}

interface ColumnValues<T> {
  readonly values: readonly T[];
  /** One bit a row, set where the value is NULL. */
  readonly nulls: Buffer;
}

/** A 64-bit number as the driver holds it: eight bytes, big end first. */
export interface Int64 {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** One column of a batch of rows: exactly one of the members is set. */
export interface ColumnBatch {
  readonly boolVal?: ColumnValues<boolean> | null;
  readonly byteVal?: ColumnValues<number> | null;
  readonly i16Val?: ColumnValues<number> | null;
  readonly i32Val?: ColumnValues<number> | null;
  readonly i64Val?: ColumnValues<Int64> | null;
  readonly doubleVal?: ColumnValues<number> | null;
  readonly stringVal?: ColumnValues<string> | null;
  readonly binaryVal?: ColumnValues<Buffer> | null;
}

/** A statement that runs on the server. */
export interface IOperation {
  fetch(): Promise<unknown>;
  flush(): void;
  status(progress: boolean): Promise<{ operationState?: number; errorMessage?: string | null }>;
  cancel(): Promise<unknown>;
  close(): Promise<unknown>;
  setMaxRows(maximum: number): void;
  getSchema(): { readonly columns: readonly ColumnDescriptor[] } | null;
  getData(): readonly { readonly columns?: readonly ColumnBatch[] | null }[];
}

/** A session of the driver. */
export interface IHiveSession {
  executeStatement(statement: string, options: { runAsync: boolean }): Promise<IOperation>;
  close(): Promise<unknown>;
}

interface Client extends EventEmitter {
  connect(
    options: { host: string; port: number; options: object },
    connection: object,
    authentication: object,
  ): Promise<unknown>;
  openSession(request: { client_protocol: number; username: string }): Promise<IHiveSession>;
  close(): void;
}

type Numbers<Names extends string> = Readonly<Record<Names, number>>;

interface Types {
  readonly TProtocolVersion: Numbers<"HIVE_CLI_SERVICE_PROTOCOL_V10">;
  readonly TOperationState: Numbers<
    "INITIALIZED_STATE" | "PENDING_STATE" | "RUNNING_STATE" | "FINISHED_STATE" | "CANCELED_STATE"
  >;
}

/** The parts of the package. */
export interface Driver {
  readonly HiveClient: new (service: object, types: object) => Client;
  readonly TcpConnection: new () => { getConnection(): unknown };
  readonly NoSaslAuthentication: new () => object;
  readonly TCLIService: object;
  readonly types: Types;
}

let driver: Promise<Driver> | undefined;

/** Loads the package, once. */
export function loadDriver(): Promise<Driver> {
  driver ??= import("hive-driver").then(({ default: hive }) => ({
    HiveClient: hive.HiveClient as unknown as Driver["HiveClient"],
    TcpConnection: hive.connections.TcpConnection,
    NoSaslAuthentication: hive.auth.NoSaslAuthentication,
    TCLIService: hive.thrift.TCLIService as object,
    types: hive.thrift.TCLIService_types as Types,
  }));
  return driver;
}
