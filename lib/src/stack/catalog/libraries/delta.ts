import type { Library } from "../../service.ts";

/** What Spark needs beside its own jars for tables of Delta on S3. */
export const delta: Library = { name: "delta", megabytes: 35, opens: [], configuration: [] };
