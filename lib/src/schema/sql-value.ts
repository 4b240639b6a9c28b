/** A value of a row that an engine of SQL answers with, whatever the engine; which type becomes which, each engine's rows say. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | null
  | readonly SqlValue[]
  | ReadonlyMap<SqlValue, SqlValue>
  | { readonly [name: string]: SqlValue };
