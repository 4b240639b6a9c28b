/** What a page may do: its content security policy. */
import { createHash } from "node:crypto";

/** What a page needs beyond its own style. */
export interface PagePolicy {
  /** Sources of its scripts, exactly as they stand in the page: they run, and no others. */
  readonly scripts: readonly string[];
  /** Where its pictures may come from. @default ["data:"] */
  readonly images?: readonly string[];
  /** Whether it may ask the server that it comes from. @default false */
  readonly connects?: boolean;
}

/**
 * The content security policy of a page that asks nothing of any network: its scripts are known by their hashes
 * (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
 *
 * @example
 * ```ts
 * import { pagePolicy } from "streambook/plot";
 * console.assert(pagePolicy({ scripts: ["alert(1)"] }).includes("script-src 'sha256-"));
 * ```
 */
export function pagePolicy({ scripts, images = ["data:"], connects = false }: PagePolicy): string {
  const hashes = scripts.map((source) => `'sha256-${createHash("sha256").update(source).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    `img-src ${images.join(" ")}`,
    ...(connects ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
