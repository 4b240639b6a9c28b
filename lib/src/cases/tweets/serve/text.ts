/** Times as the plain answer writes them. */
import type { GoldType } from "../gold/tables.ts";

/** A column for the list of SELECT: an hour as `2026-06-29 13:00`, a day as `2026-06-29`, anything else as it is. */
export function asText(name: string, type: GoldType | undefined): string {
  switch (type) {
    case "TIMESTAMP":
      return `format_datetime(${name}, 'yyyy-MM-dd HH:mm') AS ${name}`;
    case "DATE":
      return `CAST(${name} AS VARCHAR) AS ${name}`;
    default:
      return name;
  }
}
