/** An S3 that keeps its objects in memory, with conditional puts: for tests of what stands on it, where no S3 runs. */
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Answer, type FakeS3, fakeS3, refuse, type SeenRequest, xml } from "./fake-s3-for-test.ts";

/** The S3, and what is in it. */
export interface MemoryS3 extends FakeS3 {
  /** Contents by bucket and key: `/lake/a.json`. */
  readonly objects: Map<string, Buffer>;
}

/**
 * Starts one.
 *
 * @param interfere is asked before each request; what it answers, or breaks, is not carried out
 */
export async function memoryS3(
  interfere: (request: SeenRequest, response: ServerResponse) => boolean = () => false,
): Promise<MemoryS3> {
  const objects = new Map<string, Buffer>();
  const buckets = new Set<string>();
  const answer: Answer = (request, response) => {
    if (interfere(request, response)) return;
    const [, bucket = "", ...rest] = request.path.split("/");
    if (rest.join("") === "") answerForBucket(bucket, { request, response, objects, buckets });
    else if (!buckets.has(bucket)) refuse(response, 404, "NoSuchBucket");
    else answerForObject({ request, response, objects });
  };
  const fake = await fakeS3(answer, () => buckets);
  return { ...fake, objects };
}

interface Asked {
  readonly request: SeenRequest;
  readonly response: ServerResponse;
  readonly objects: Map<string, Buffer>;
}

function answerForBucket(
  bucket: string,
  { request: { method, query, body }, response, objects, buckets }: Asked & { readonly buckets: Set<string> },
): void {
  if (method === "PUT") {
    if (buckets.has(bucket)) return refuse(response, 409, "BucketAlreadyOwnedByYou");
    buckets.add(bucket);
    return xml(response, 200, "");
  }
  if (!buckets.has(bucket)) return refuse(response, 404, "NoSuchBucket");
  if (method === "DELETE") {
    if ([...objects.keys()].some((path) => path.startsWith(`/${bucket}/`)))
      return refuse(response, 409, "BucketNotEmpty");
    buckets.delete(bucket);
    return xml(response, 204, "");
  }
  if (method === "GET") return list(response, bucket, query, objects);
  if (method === "POST")
    for (const [, key] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(`/${bucket}/${key}`);
  return xml(response, 200, method === "POST" ? "<DeleteResult/>" : "");
}

function list(response: ServerResponse, bucket: string, query: URLSearchParams, objects: Map<string, Buffer>): void {
  const [prefix, after] = ["prefix", "start-after"].map((name) => `/${bucket}/${query.get(name) ?? ""}`) as [
    string,
    string,
  ];
  const keys = [...objects.keys()].filter((path) => path.startsWith(prefix) && path > after).sort();
  const contents = keys.map(
    (path) =>
      `<Contents><Key>${path.slice(bucket.length + 2)}</Key><Size>${objects.get(path)?.length}</Size></Contents>`,
  );
  xml(response, 200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`);
}

function answerForObject({ request: { method, path, headers, body }, response, objects }: Asked): void {
  const found = objects.get(path);
  if (method === "PUT") {
    if (found !== undefined && headers["if-none-match"] === "*") return refuse(response, 412, "PreconditionFailed");
    objects.set(path, body);
    return xml(response, 200, "", { etag: etagOf(body) });
  }
  if (method === "DELETE") {
    objects.delete(path);
    return xml(response, 204, "");
  }
  if (found === undefined) return refuse(response, 404, method === "HEAD" ? "NotFound" : "NoSuchKey");
  response.writeHead(200, { etag: etagOf(found), "content-length": String(found.length) });
  response.end(method === "HEAD" ? undefined : found);
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}
