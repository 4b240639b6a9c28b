/** The figures of a table, wherever its files are. */
import { type Sample, sample } from "../../metrics/index.ts";

/** How large a table is. */
interface TableSize {
  /** Undefined where it is not known. */
  readonly rows: number | undefined;
  readonly files: number;
  readonly bytes: number;
}

export function tableFigures(
  labels: { readonly table: string; readonly topic: string },
  { rows, files, bytes }: TableSize,
): Sample[] {
  return [
    ...(rows === undefined ? [] : [sample("streambook_table_rows", labels, rows)]),
    sample("streambook_table_files", labels, files),
    sample("streambook_table_size_bytes", labels, bytes),
  ];
}

export function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
