/** What bronze adds to a message: when it was read, and the date of its tweet. */
import type { Enrichment, Labelling } from "../../../ingest/index.ts";
import type { Field } from "../../../schema/index.ts";

/** The columns, in their order. */
export const bronzeColumns = [
  { name: "ingested_at", type: "timestamp", doc: "When it was read from Kafka" },
  { name: "partition_date", type: "date", doc: "UTC date of created_at" },
] as const satisfies readonly Field[];

/** Adds them. The message itself stays as it came. */
export const bronzeEnrichment: Enrichment = {
  columns: bronzeColumns,
  open: () => Promise.resolve(stamped(() => new Date())),
};

/** Gives every row of a batch the time at which the batch is labelled, and its own date. */
export function stamped(now: () => Date): Labelling {
  return {
    held: 0,
    warmingUp: false,
    waitFor: () => undefined,
    push: (batch) => {
      const { rows, periods, period } = batch.parsed;
      const ingestedAt = { values: [now().toISOString()], index: new Uint32Array(rows) };
      const partitionDate = { values: periods.map((name) => name.slice(0, 10)), index: period };
      return [{ ...batch, added: [ingestedAt, partitionDate] }];
    },
    finishWarmUp: () => [],
    drop: () => undefined,
    save: () => Promise.resolve(),
  };
}
