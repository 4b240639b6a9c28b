/** Against a running S3: objects of every kind, several writers at once, large ones, and what is refused. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { addresses, credentials, homeFolder } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import type { Bucket } from "./bucket.ts";
import { gathered } from "./fake-s3-for-test.ts";
import { openS3, type S3 } from "./s3.ts";

suite("S3", await needs("s3"), () => {
  const name = `test-${randomUUID()}`;
  let options: { readonly address: string; readonly accessKey: string; readonly secretKey: string };
  let s3: S3;
  let bucket: Bucket;
  before(async () => {
    const { accessKey = "", secretKey = "" } = await credentials("s3");
    options = { address: (await addresses()).s3 ?? "", accessKey, secretKey };
    s3 = await openS3(options);
    bucket = await s3.makeBucket(name);
  });
  after(async () => {
    await bucket.deleteAll((await gathered(bucket.list())).map(({ key }) => key));
    await s3.removeBucket(name);
    s3.close();
  });

  test("a bucket is made once, found, and not removed while it holds objects", async () => {
    await s3.makeBucket(name);
    assert.ok((await s3.buckets()).includes(name));
    await bucket.put("keeps", "it");
    await assert.rejects(s3.removeBucket(name), { code: "S3_FAILED", message: /BucketNotEmpty/ });
    await s3.removeBucket(`${name.slice(0, 40)}-none`);
  });

  test("folders that a server has left behind do not keep a bucket", async (t) => {
    const left = await s3.makeBucket(`${name}-left`);
    const folder = join(homeFolder(), "data", "s3", left.name); // where this server keeps it, unless it is in a container
    if (existsSync(folder)) for (const path of ["a/b/c", "a/d"]) await mkdir(join(folder, path), { recursive: true });
    else t.diagnostic(`no folder at ${folder}`);
    await s3.removeBucket(left.name);
    assert.ok(!(await s3.buckets()).includes(left.name));
  });

  test("what is put is read as it was, with its size, its checksum and its type", async () => {
    const key = "κλειδί α/date=2026-01-31/hour=07/a+b 10:00.json";
    const text = '{"größe": 1}\n';
    const { created, etag } = await bucket.put(key, text, { contentType: "application/x-ndjson" });
    assert.deepEqual([created, etag], [true, createHash("md5").update(text).digest("hex")]);
    const { body, modified, ...rest } = await bucket.get(key);
    assert.deepEqual(rest, { key, size: Buffer.byteLength(text), etag, contentType: "application/x-ndjson" });
    assert.ok(Math.abs(Date.now() - modified.getTime()) < 60_000);
    assert.equal(Buffer.from(body).toString(), text);
    assert.equal(await bucket.getText(key), text);
    const part = await bucket.get(key, { range: { first: 2, last: 8 } });
    assert.deepEqual([Buffer.from(part.body).toString(), part.size], ["größe", Buffer.byteLength(text)]);
    assert.deepEqual(await bucket.head(key), { key, size: Buffer.byteLength(text), etag, modified });
    await bucket.put("empty", "");
    assert.equal((await bucket.get("empty")).size, 0);
  });

  test("of sixteen that put the same key if it is absent, one does", async () => {
    const bodies = Array.from({ length: 16 }, (_, index) => `writer ${index}`);
    const results = await Promise.all(bodies.map((body) => bucket.put("race", body, { ifAbsent: true })));
    const winner = results.findIndex(({ created }) => created);
    assert.equal(results.filter(({ created }) => created).length, 1);
    assert.equal(await bucket.getText("race"), bodies[winner]);
    assert.equal(new Set(results.map(({ etag }) => etag)).size, 1, "each gets the ETag of what is there");
    await bucket.put("race", "later");
    assert.equal(await bucket.getText("race"), "later", "without the condition it is written over");
  });

  test("a list has every object in order, by pages, and the folders below a prefix", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `many/hour=${index % 3}/${String(index).padStart(2, "0")}`);
    await Promise.all(keys.map((key) => bucket.put(key, key)));
    const listed = async (list: Parameters<Bucket["list"]>[0]): Promise<string[]> =>
      (await gathered(bucket.list(list))).map(({ key }) => key);
    assert.deepEqual(await listed({ prefix: "many/", pageSize: 7 }), keys.toSorted());
    assert.deepEqual(await listed({ prefix: "many/", after: "many/hour=2" }), keys.toSorted().slice(17));
    assert.deepEqual(await listed({ prefix: "none/" }), []);
    assert.deepEqual(await gathered(bucket.folders("many/")), ["hour=0/", "hour=1/", "hour=2/"]);
    await bucket.deleteAll([...keys, "many/never/there"]);
    assert.deepEqual(await listed({ prefix: "many/" }), []);
    await bucket.delete("many/never/there");
  });

  /** Parts of 5 MiB and a rest, each chunk of another size than a part. */
  async function* chunks(total: number): AsyncGenerator<Buffer> {
    for (let from = 0; from < total; from += 700_000)
      yield await Promise.resolve(Buffer.alloc(Math.min(700_000, total - from), from % 251));
  }

  test("a large object comes in parts, whole or not at all; nothing of one that broke off stays", async () => {
    const size = 12_345_678;
    const partSize = 5 << 20;
    const { created, etag } = await bucket.write("large", chunks(size), { partSize, ifAbsent: true });
    assert.ok(created);
    assert.match(etag, /-3$/);
    const hash = createHash("sha256");
    for await (const chunk of chunks(size)) hash.update(chunk);
    const { body } = await bucket.get("large");
    assert.equal(createHash("sha256").update(body).digest("hex"), hash.digest("hex"));
    assert.deepEqual(await bucket.write("large", chunks(size - 1), { partSize, ifAbsent: true }), {
      created: false,
      etag,
    });
    async function* broken(): AsyncGenerator<Buffer> {
      yield* chunks(11_000_000);
      throw new Error("the source breaks");
    }
    await assert.rejects(bucket.write("broken", broken(), { partSize }), { message: "the source breaks" });
    assert.equal(await bucket.head("broken"), undefined);
    assert.deepEqual(await bucket.uploads(), []);
    const small = await bucket.write("small", chunks(3));
    assert.match(small.etag, /^[0-9a-f]{32}$/, "it is put at once");
    assert.equal((await bucket.write("nothing", chunks(0))).created, true);
  });

  test("the upload of a client that was killed is found, and abandoned", async () => {
    const { CreateMultipartUploadCommand, S3Client, UploadPartCommand } = await import("@aws-sdk/client-s3");
    const { address: endpoint, accessKey: accessKeyId, secretKey: secretAccessKey } = options;
    const credentials = { accessKeyId, secretAccessKey };
    const other = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    const target = { Bucket: name, Key: "killed" };
    const { UploadId = "" } = await other.send(new CreateMultipartUploadCommand(target));
    await other.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: Buffer.alloc(5 << 20) }));
    other.destroy();
    assert.equal(await bucket.head("killed"), undefined);
    const uploads = await bucket.uploads();
    assert.deepEqual(
      uploads.map(({ key, id }) => [key, id]),
      [["killed", UploadId]],
    );
    await Promise.all(uploads.map((upload) => bucket.abandon(upload)));
    assert.deepEqual(await bucket.uploads(), []);
    await bucket.abandon({ key: "killed", id: UploadId, begun: new Date() });
  });

  test("a put that breaks in the middle leaves no object, and not the half of one", async () => {
    await bucket.put("half", "before");
    const { host, port } = { host: "127.0.0.1", port: Number(new URL(options.address).port) };
    // The driver's own request, of which the second half never comes.
    const signed = await import("@aws-sdk/client-s3").then(async ({ PutObjectCommand, S3Client }) => {
      const { address: endpoint, accessKey: accessKeyId, secretKey: secretAccessKey } = options;
      const credentials = { accessKeyId, secretAccessKey };
      const client = new S3Client({
        ...{ endpoint, region: "us-east-1", forcePathStyle: true, credentials },
        requestHandler: {
          handle: (request: unknown) => Promise.reject(Object.assign(new Error("caught"), { request })),
          metadata: { handlerProtocol: "http/1.1" },
          destroy: () => undefined,
          updateHttpClientConfig: () => undefined,
          httpHandlerConfigs: () => ({}),
        },
        maxAttempts: 1,
      });
      const command = new PutObjectCommand({ Bucket: name, Key: "half", Body: Buffer.alloc(1_000_000, 1) });
      const caught = (await client.send(command).catch((error: unknown) => error)) as {
        request: { path: string; headers: Record<string, string>; body: Buffer };
      };
      return caught.request;
    });
    const headers = Object.entries(signed.headers).map(([key, value]) => `${key}: ${value}\r\n`);
    const socket = connect(port, host);
    socket.write(`PUT ${signed.path}?x-id=PutObject HTTP/1.1\r\n${headers.join("")}\r\n`);
    socket.write(signed.body.subarray(0, 500_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(await bucket.getText("half"), "before");
    assert.deepEqual(await bucket.uploads(), []);
  });

  test("wrong keys are refused; without a signature nobody gets anything", async () => {
    await assert.rejects(openS3({ ...options, secretKey: "another-secret-key-of-mine" }), {
      code: "S3_DENIED",
      message: /the secret key is not the one of the access key/,
    });
    await assert.rejects(openS3({ ...options, accessKey: "somebody-else" }), {
      code: "S3_DENIED",
      message: /does not know the access key/,
    });
    await bucket.put("secret", "content");
    const { status } = await fetch(`${options.address}/${name}/secret`);
    assert.equal(status, 403);
  });

  test("what is not there is named: a bucket, an object", async () => {
    const nowhere = s3.bucket("no-such-bucket");
    const noBucket = { code: "NOT_FOUND", message: /there is no bucket no-such-bucket/ };
    await assert.rejects(nowhere.put("a", "x"), noBucket);
    await assert.rejects(nowhere.get("a"), noBucket);
    await assert.rejects(nowhere.head("a"), noBucket);
    await assert.rejects(nowhere.delete("a"), noBucket);
    await assert.rejects(gathered(nowhere.list()), noBucket);
    await assert.rejects(bucket.get("not/there"), {
      code: "NOT_FOUND",
      message: new RegExp(`there is no object not/there of bucket ${name}`),
    });
  });

  test("a key that would be both a file and a folder is refused with the reason", async () => {
    await bucket.put("clash/a", "x");
    await bucket.put("clash/b/c", "x");
    const below = { code: "S3_FAILED", message: /clash\/a\/b cannot be put .* beside clash\/a:/, retriable: false };
    await assert.rejects(bucket.put("clash/a/b", "x"), below);
    const above = { code: "S3_FAILED", message: /clash\/b cannot be put .* beside clash\/b\/c:/ };
    await assert.rejects(bucket.put("clash/b", "x"), above);
  });
});
