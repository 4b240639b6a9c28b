import type { Library } from "../../service.ts";

/** Kafka's jars. */
export const kafka: Library = { name: "kafka", opens: [], configuration: [] };
