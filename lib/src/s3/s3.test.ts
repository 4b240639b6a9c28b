/** What S3 does on a bad day, by a server that does it: each fault is seen, and said. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fakeS3, gathered, refuse, xml } from "./fake-s3-for-test.ts";
import { openS3 } from "./s3.ts";

const KEYS = { accessKey: "key", secretKey: "secret" };
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

test("an address that is none, and one where nobody answers, are two errors", async () => {
  for (const address of ["127.0.0.1:9000", "https://127.0.0.1:9000", "http://host", ""])
    await assert.rejects(openS3({ address, ...KEYS }), { code: "USAGE", message: /http:\/\/host:port/ });
  await assert.rejects(openS3({ address: "http://127.0.0.1:9", ...KEYS, attempts: 1 }), {
    code: "UNREACHABLE",
    message: /no S3 answers at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)/,
    hint: { start: ["s3"], log: "s3" },
  });
});

const denials: readonly (readonly [code: string, message: RegExp])[] = [
  ["InvalidAccessKeyId", /does not know the access key/],
  ["SignatureDoesNotMatch", /the secret key is not the one of the access key/],
  ["RequestTimeTooSkewed", /the clock here differs/],
  ["AccessDenied", /does not allow this user to get object a of bucket lake/],
];
for (const [code, message] of denials) {
  test(`a refusal with ${code} is not tried again, and says what to do`, async () => {
    await using fake = await fakeS3((_, response) => refuse(response, 403, code));
    await assert.rejects(fake.s3.bucket("lake").get("a"), { code: "S3_DENIED", message, retriable: false });
    assert.equal(fake.seen.length, 1);
  });
}

test("a failure of S3 itself is tried again; one of the request is not", async () => {
  let count = 0;
  await using fake = await fakeS3((_, response) =>
    ++count < 3 ? refuse(response, 503, "SlowDown") : xml(response, 200, "", { etag: `"${md5("x")}"` }),
  );
  const bucket = fake.s3.bucket("lake");
  assert.deepEqual(await bucket.put("a", "x"), { created: true, etag: md5("x") });
  assert.equal(count, 3);
  await using other = await fakeS3((_, response) => refuse(response, 400, "MalformedXML", "no"));
  await assert.rejects(other.s3.bucket("lake").get("a"), {
    code: "S3_FAILED",
    message: /could not get object a of bucket lake: no \(MalformedXML\) \(HTTP status 400\)/,
    retriable: false,
  });
  assert.equal(other.seen.length, 1);
});

for (const isOwn of [true, false]) {
  test(`a put whose answer is lost, and that is refused then, ${isOwn ? "has made the object" : "came after another's"}`, async () => {
    let mark: unknown;
    let puts = 0;
    await using fake = await fakeS3(({ method, headers }, response) => {
      if (method === "HEAD") {
        const own = { "x-amz-meta-streambook-put": isOwn ? String(mark) : "another" };
        return response.writeHead(200, { ...own, etag: '"abc"', "content-length": "1" }).end();
      }
      puts++;
      assert.equal(headers["if-none-match"], "*");
      mark ??= headers["x-amz-meta-streambook-put"];
      if (puts === 1) return response.destroy(); // carried out, and nobody hears of it
      assert.equal(headers["x-amz-meta-streambook-put"], mark, "it is the same put");
      return refuse(response, 412, "PreconditionFailed");
    });
    const result = await fake.s3.bucket("lake").put("a", "x", { ifAbsent: true });
    assert.deepEqual(result, { created: isOwn, etag: "abc" });
    assert.equal(puts, 2);
  });
}

test("a put that is refused at once came after another's, whatever mark that one has", async () => {
  await using fake = await fakeS3(({ method }, response) =>
    method === "HEAD"
      ? response.writeHead(200, { etag: '"abc"', "content-length": "1" }).end()
      : refuse(response, 412, "PreconditionFailed"),
  );
  assert.deepEqual(await fake.s3.bucket("lake").put("a", "x", { ifAbsent: true }), { created: false, etag: "abc" });
});

test("content that is not what S3 keeps, or not all of it, is no content", async () => {
  let count = 0;
  await using fake = await fakeS3((_, response) => {
    count++;
    const headers = { etag: `"${md5("hello")}"`, "content-length": "5" };
    if (count === 1) {
      response.writeHead(200, headers).write("hel");
      return void setTimeout(() => response.destroy(), 20); // the connection breaks
    }
    return response.writeHead(200, headers).end(count === 2 ? "hallo" : "hello");
  });
  const { body } = await fake.s3.bucket("lake").get("a");
  assert.equal(Buffer.from(body).toString(), "hello");
  assert.equal(count, 3, "the first two are tried again");
});

test("a list that says it goes on, and not where, is no list", async () => {
  const page = `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`;
  await using fake = await fakeS3((_, response) => xml(response, 200, page));
  await assert.rejects(gathered(fake.s3.bucket("lake").list()), {
    code: "S3_FAILED",
    message: /goes on, and not where; what was listed is not all/,
  });
});

test("a list is read page by page, each where the last one ended", async () => {
  await using fake = await fakeS3(({ query }, response) => {
    const [from = ""] = [query.get("continuation-token") ?? "0"];
    const next = Number(from) + 1;
    xml(
      response,
      200,
      `<ListBucketResult><IsTruncated>${next < 3}</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>
       <Contents><Key>k${from}</Key><Size>${from}</Size><ETag>"e"</ETag></Contents></ListBucketResult>`,
    );
  });
  const found = await gathered(fake.s3.bucket("lake").list({ prefix: "k", pageSize: 1 }));
  assert.deepEqual(
    found.map(({ key, size, etag }) => [key, size, etag]),
    [
      ["k0", 0, "e"],
      ["k1", 1, "e"],
      ["k2", 2, "e"],
    ],
  );
  assert.equal(fake.seen[0]?.query.get("max-keys"), "1");
});

test("an object that could not be removed is an error, although the answer says 200", async () => {
  const answer = `<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`;
  await using fake = await fakeS3(({ method }, response) =>
    method === "HEAD" ? response.writeHead(200).end() : xml(response, 200, answer),
  );
  await assert.rejects(fake.s3.bucket("lake").deleteAll(["a/", "b"]), {
    code: "S3_FAILED",
    message: /could not remove object b of bucket lake: no/,
  });
});

test("nothing is removed from a bucket that is not there, and nothing is looked for in it", async () => {
  await using fake = await fakeS3(({ method }, response) =>
    method === "HEAD" ? response.writeHead(404).end() : response.writeHead(204).end(),
  );
  const bucket = fake.s3.bucket("nowhere");
  const noBucket = { code: "NOT_FOUND", message: /there is no bucket nowhere on S3 at .*; make it first/ };
  await assert.rejects(bucket.delete("a"), noBucket);
  await assert.rejects(bucket.head("a"), noBucket);
});

/** Answers an upload in parts; `complete` says what becomes of its end, by the number of the try. */
function uploading(
  complete: (attempt: number, respond: (status: number, text: string) => void, lose: () => void) => void,
) {
  let attempts = 0;
  return fakeS3(({ method, query, path }, response) => {
    const tag = (text: string): Record<string, string> => ({ etag: `"${text}"` });
    if (query.has("uploads"))
      return xml(
        response,
        200,
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
      );
    if (method === "PUT") return xml(response, 200, "", tag(`part${query.get("partNumber")}`));
    if (method === "DELETE") return response.writeHead(204).end();
    if (method === "HEAD" && path === "/lake/a")
      return response.writeHead(200, { ...tag(ENTITY), "content-length": "1" }).end();
    complete(
      ++attempts,
      (status, text) => xml(response, status, text),
      () => response.destroy(),
    );
  });
}

const PART = Buffer.alloc(5 << 20, 1);
const ENTITY = (() => {
  const digest = createHash("md5").update(PART).digest();
  return `${createHash("md5").update(digest).update(digest).digest("hex")}-2`;
})();
const completed = (etag: string): string =>
  `<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`;
const failed = (code: string): string => `<Error><Code>${code}</Code><Message>m</Message></Error>`;
async function* twoParts(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(PART);
  yield PART;
}

test("an upload that fails at its end, with status 200 and the error in the answer, is no object", async () => {
  await using fake = await uploading((attempt, respond) =>
    respond(200, attempt === 1 ? failed("InternalError") : completed(ENTITY)),
  );
  const result = await fake.s3.bucket("lake").write("a", twoParts(), { partSize: 5 << 20 });
  assert.deepEqual(result, { created: true, etag: ENTITY });
});

test("an upload whose last answer is lost is known by its entity tag", async () => {
  await using fake = await uploading((attempt, respond, lose) =>
    attempt === 1 ? lose() : respond(404, failed("NoSuchUpload")),
  );
  const result = await fake.s3.bucket("lake").write("a", twoParts(), { partSize: 5 << 20, ifAbsent: true });
  assert.deepEqual(result, { created: true, etag: ENTITY });
});

test("an object of other parts than were sent is an error, and its parts are removed", async () => {
  await using fake = await uploading((_, respond) => respond(200, completed(`${"0".repeat(32)}-2`)));
  await assert.rejects(fake.s3.bucket("lake").write("a", twoParts(), { partSize: 5 << 20 }), {
    code: "S3_FAILED",
    message: /of other parts than were sent/,
  });
  assert.equal(fake.seen.filter(({ method }) => method === "DELETE").length, 1);
});

test("a source that breaks off leaves no parts, and its own error", async () => {
  await using fake = await uploading((_, respond) => respond(500, failed("InternalError")));
  async function* source(): AsyncGenerator<Buffer> {
    yield* twoParts();
    throw new Error("the source has ended early");
  }
  await assert.rejects(fake.s3.bucket("lake").write("a", source(), { partSize: 5 << 20 }), {
    message: "the source has ended early",
  });
  assert.equal(fake.seen.filter(({ method }) => method === "DELETE").length, 1);
  await assert.rejects(fake.s3.bucket("lake").write("a", source(), { partSize: 100 }), { code: "USAGE" });
});

test("a silent S3 is given up after its time, and at once by a signal", async () => {
  await using fake = await fakeS3(() => undefined);
  const stop = new AbortController();
  const waiting = fake.s3.bucket("lake").get("a", { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")), 100);
  await assert.rejects(waiting, { message: "enough" });
  assert.equal(fake.seen.length, 1);
});
