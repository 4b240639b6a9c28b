/** Statements on Trino, one SQL over several stores: typed rows as they come, progress, and an end when it is asked for. */
export { openTrino, Trino, type TrinoOptions } from "./trino.ts";
export { TrinoQuery, type TrinoColumn, type TrinoResult, type QueryOptions } from "./query.ts";
export { type TrinoProgress } from "./progress.ts";
export { type TrinoRow, type TrinoValue } from "./rows.ts";
export { identifier, type Identifier, type SqlPart, type TrinoInput } from "./sql.ts";
export { TrinoError, type TrinoFailure } from "./errors.ts";
