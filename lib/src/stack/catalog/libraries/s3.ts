import type { Library } from "../../service.ts";

/** S3Proxy: one jar with all that it needs. */
export const s3: Library = { name: "s3", megabytes: 55, opens: [], configuration: [] };
