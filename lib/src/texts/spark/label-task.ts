/**
 * The labeller on Spark's executors: chunks of a topic, each with the cluster that a saved model finds for the window of its stream. The
 * model stays as it is, so a stream needs no other, and partitions can be labelled side by side.
 */
import { readFile } from "node:fs/promises";
import { defineTask } from "../../spark/index.ts";
import { TermCounter } from "../../text/index.ts";
import { FrozenLabeller } from "./frozen-labeller.ts";
import { FILES, type LabelSettings } from "./label-files.ts";
import { decodeSavedModel } from "../consume/labeller.ts";

export default defineTask({
  in: {
    kafka_partition: "int",
    kafka_offset: "bigint",
    stream_id: "string",
    chunk: "string",
    is_last: "boolean",
  },
  out: { kafka_partition: "int", kafka_offset: "bigint", cluster: "int", model_version: "string" },
  async setup({ file }) {
    const model = decodeSavedModel(await readFile(file(FILES.model)), FILES.model);
    const { stem } = JSON.parse(await readFile(file(FILES.settings), "utf8")) as LabelSettings;
    return { labeller: new FrozenLabeller(model), terms: new TermCounter({ features: model.features, stem }) };
  },
  map({ kafka_partition, kafka_offset, stream_id, chunk, is_last }, { labeller, terms }) {
    const cluster = labeller.label(stream_id, terms.count(chunk), is_last);
    return { kafka_partition, kafka_offset, cluster, model_version: labeller.version };
  },
});
