import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { isStreambookError, type ErrorCode } from "../errors/index.ts";
import { Hdfs, type HdfsOptions } from "./index.ts";
import { refusal } from "./rest.ts";
import { fakeHdfs, fileStatus, json, remoteException, type FakeHdfs, type SeenRequest } from "./fake-hdfs-for-test.ts";

const quick = { attempts: 3, minimumDelay: 1, maximumDelay: 2 };

function clientOf({ address }: { address: string }, options: Partial<HdfsOptions> = {}): Hdfs {
  return new Hdfs({ address, user: "tester", retry: quick, ...options });
}

function rejects(promise: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isStreambookError(error, code), String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** The server's own address, as the DataNode to go to. */
function location(server: () => FakeHdfs, { path }: SeenRequest, query = ""): object {
  return { Location: `${server().address}/webhdfs/v1${encodeURI(path)}?op=DATA${query}` };
}

test("a folder that was not made is an error, although the status is 200", async () => {
  await using server = await fakeHdfs(() => ({ boolean: false }));
  await rejects(clientOf(server).mkdirs("/x"), "HDFS_REFUSED", /did not make the folder \/x/);
});

test("a rename that was not done is an error, although the status is 200", async () => {
  await using server = await fakeHdfs(({ operation }) => (operation === "RENAME" ? { boolean: false } : fileStatus(1)));
  await rejects(clientOf(server).rename("/a", "/b"), "HDFS_REFUSED", /did not rename \/a to \/b/);
});

test("a rename whose answer was lost is seen to be done", async () => {
  let done = false;
  await using server = await fakeHdfs(({ operation, path }, response, message) => {
    if (operation !== "RENAME")
      return path === "/b" ? fileStatus(1) : void remoteException(response, 404, "FileNotFoundException", "none");
    if (done) return void remoteException(response, 404, "FileNotFoundException", "rename source /a is not found.");
    done = true;
    message.socket.destroy();
    return undefined;
  });
  await clientOf(server).rename("/a", "/b");
});

test("a rename that was done before is distinguished from a file in the way", async () => {
  const lengths: Record<string, number> = { "/same": 3, "/other": 4, "/source": 3 };
  await using server = await fakeHdfs(({ operation, path }, response) => {
    if (operation === "RENAME")
      return void remoteException(response, 403, "FileAlreadyExistsException", "rename destination exists");
    const length = lengths[path];
    return length === undefined
      ? void remoteException(response, 404, "FileNotFoundException", "none")
      : fileStatus(length);
  });
  const hdfs = clientOf(server);
  assert.equal(await hdfs.renameOnce("/source", "/same"), "already-there");
  assert.equal(await hdfs.renameOnce("/gone", "/other"), "already-there");
  await rejects(hdfs.renameOnce("/source", "/other"), "HDFS_REFUSED", /4 bytes is there, and the source has 3/);
  await rejects(hdfs.renameOnce("/source", "/nowhere"), "HDFS_REFUSED", /rename/);
});

test("an upload that the DataNode refuses is an error, and leaves nothing", async () => {
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "CREATE") return location(() => server, request);
    if (request.operation === "DATA")
      return void remoteException(response, 403, "DSQuotaExceededException", "no space");
    if (request.operation === "DELETE") return { boolean: true };
    return void remoteException(response, 404, "FileNotFoundException", "none");
  });
  await rejects(clientOf(server).write("/f", Buffer.alloc(3_000_000)), "HDFS_FAILED", /no space/);
  const uploaded = server.seen.find(({ operation }) => operation === "CREATE")?.path ?? "";
  assert.match(uploaded, /^\/\.[0-9a-f]+\.uploading$/);
  assert.ok(server.seen.some(({ operation, path }) => operation === "DELETE" && path === uploaded));
});

test("a file that is shorter on HDFS than what was sent is written again", async () => {
  let uploads = 0;
  await using server: FakeHdfs = await fakeHdfs((request, response, message) => {
    switch (request.operation) {
      case "CREATE":
        return location(() => server, request);
      case "DATA":
        uploads++;
        message.resume().on("end", () => response.writeHead(201).end());
        return undefined;
      case "GETFILESTATUS":
        return request.path === "/f"
          ? void remoteException(response, 404, "FileNotFoundException", "none")
          : fileStatus(uploads === 2 ? 5 : 4);
      default:
        return {};
    }
  });
  await rejects(clientOf(server).write("/f", Buffer.from("12345")), "HDFS_FAILED", /not WebHDFS/); // the {} of RENAME
  assert.equal(uploads, 2);
});

test("a NameNode that is starting, or not the active one, is asked again", async () => {
  const no = ["StandbyException", "SafeModeException"];
  await using server = await fakeHdfs((_, response) => {
    const exception = no.pop();
    return exception === undefined ? fileStatus(7) : void remoteException(response, 403, exception, "not now");
  });
  assert.equal((await clientOf(server).stat("/x"))?.length, 7);
});

test("a NameNode without disk says so", () => {
  const message =
    "Cannot create directory /x. Name node is in safe mode.\nResources are low on NN. Please add or free up more";
  const body = JSON.stringify({ RemoteException: { exception: "SafeModeException", message } });
  const error = refusal(new URL("http://namenode:9870"), "make the folder /x", 403, body);
  assert.match(error.message, /in safe mode \(SafeModeException\); the NameNode's disk is full; free some/);
});

test("what can never succeed is not tried again", async () => {
  await using server = await fakeHdfs(
    (_, response) => void remoteException(response, 403, "AccessControlException", "denied"),
  );
  await rejects(clientOf(server).stat("/x"), "HDFS_FAILED", /denied/);
  assert.equal(server.seen.length, 1);
});

test("a NameNode that is not there is named, with what starts it", async () => {
  const server = await fakeHdfs(() => ({}));
  await server[Symbol.asyncDispose]();
  await assert.rejects(clientOf(server).list("/"), {
    code: "UNREACHABLE",
    message: new RegExp(`${server.address} `),
    hint: { start: ["hdfs"] },
  });
});

test("a NameNode that does not answer is waited for, for a limited time", async () => {
  await using server = await fakeHdfs(() => undefined);
  await rejects(clientOf(server, { timeout: 30, retry: { attempts: 1 } }).list("/"), "TIMEOUT", /did not answer/);
});

test("a server that is not a NameNode is recognised", async () => {
  await using server = await fakeHdfs((_, response) => void response.writeHead(404).end("<html>not here</html>"));
  await rejects(clientOf(server).list("/"), "HDFS_FAILED", /address of a NameNode/);
  await using other = await fakeHdfs(() => ({ hello: 1 }));
  await rejects(clientOf(other).list("/"), "HDFS_FAILED", /not WebHDFS/);
});

test("a download that breaks goes on where it broke", async () => {
  const file = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "GETFILESTATUS") return fileStatus(file.length);
    if (request.operation === "OPEN") return location(() => server, request, `&from=${request.query.get("offset")}`);
    const rest = file.subarray(Number(request.query.get("from")));
    response.writeHead(200, { "content-length": rest.length });
    if (rest.length < 40_000) response.end(rest);
    else response.write(rest.subarray(0, 30_000), () => response.destroy());
    return undefined;
  });
  assert.deepEqual(await clientOf(server).read("/f"), file);
  assert.ok(server.seen.filter(({ operation }) => operation === "OPEN").length > 1);
});

test("a download that breaks again and again is waited for longer each time, and each failure is reported", async () => {
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "GETFILESTATUS") return fileStatus(10);
    if (request.operation === "OPEN") return location(() => server, request);
    return void response.destroy();
  });
  const attempts: number[] = [];
  const waits: number[] = [];
  const onRetry = (_: unknown, attempt: number, wait: number): void => {
    attempts.push(attempt);
    waits.push(wait);
  };
  const retry = { attempts: 4, minimumDelay: 2, maximumDelay: 1000, onRetry };
  await rejects(clientOf(server, { retry }).read("/f"), "UNREACHABLE", /./);
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.ok(
    waits.every((wait, index) => wait > 2 ** index && wait <= 2 ** (index + 1)),
    waits.join(", "),
  );
});

test("a download that can never succeed is not tried again", async () => {
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "GETFILESTATUS") return fileStatus(10);
    if (request.operation === "OPEN") return location(() => server, request);
    return void remoteException(response, 403, "AccessControlException", "denied");
  });
  await rejects(clientOf(server).read("/f"), "HDFS_FAILED", /denied/);
  assert.equal(server.seen.filter(({ operation }) => operation === "DATA").length, 1);
});

test("a download that stays short is an error", async () => {
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "GETFILESTATUS") return fileStatus(10);
    if (request.operation === "OPEN") return location(() => server, request);
    return void response.writeHead(200, { "content-length": 0 }).end();
  });
  await rejects(clientOf(server).read("/f"), "HDFS_FAILED", /ended at byte 0 of 10/);
});

test("an upload that is aborted in the middle leaves nothing, and says why it ended", async () => {
  const controller = new AbortController();
  await using server: FakeHdfs = await fakeHdfs((request, response, message) => {
    if (request.operation === "CREATE") return location(() => server, request);
    if (request.operation === "DELETE") return { boolean: true };
    if (request.operation === "DATA") {
      message.once("data", () => controller.abort(new Error("enough")));
      return undefined;
    }
    return void remoteException(response, 404, "FileNotFoundException", "none");
  });
  await assert.rejects(clientOf(server, { signal: controller.signal }).write("/f", Buffer.alloc(50_000_000)), /enough/);
  assert.ok(server.seen.some(({ operation, path }) => operation === "DELETE" && path.endsWith(".uploading")));
});

test("a source that fails in the middle leaves nothing, and its error is the one thrown", async () => {
  await using server: FakeHdfs = await fakeHdfs((request, response) => {
    if (request.operation === "CREATE") return location(() => server, request);
    if (request.operation === "DELETE") return { boolean: true };
    return request.operation === "DATA"
      ? undefined
      : void remoteException(response, 404, "FileNotFoundException", "none");
  });
  async function* source() {
    yield Buffer.from("one");
    throw new RangeError("the source failed");
  }
  await assert.rejects(clientOf(server).write("/f", source()), RangeError);
  assert.ok(server.seen.some(({ operation }) => operation === "DELETE"));
});

test("listing gives names in order, and a file for itself", async () => {
  const entry = (pathSuffix: string, type: string) => ({ pathSuffix, type, length: 1, modificationTime: 5 });
  await using server = await fakeHdfs(({ path }) => ({
    FileStatuses: { FileStatus: path === "/d" ? [entry("b", "FILE"), entry("a", "DIRECTORY")] : [entry("", "FILE")] },
  }));
  const hdfs = clientOf(server);
  assert.deepEqual(
    (await hdfs.list("/d")).map(({ name, path, type }) => [name, path, type]),
    [
      ["a", "/d/a", "folder"],
      ["b", "/d/b", "file"],
    ],
  );
  assert.deepEqual((await hdfs.list("/f"))[0]?.path, "/f");
});

test("the address and the root are not taken for something else", async () => {
  for (const address of ["localhost:9870", "https://h:1", "http://h:1/webhdfs", "hdfs://h:1"]) {
    assert.throws(() => new Hdfs({ address }), /http:\/\/host:port/);
  }
  await rejects(new Hdfs({ address: "http://127.0.0.1:9" }).remove("/", { recursive: true }), "USAGE", /root/);
});

test("connections that are kept do not keep the process alive", async () => {
  await using server = await fakeHdfs(({ operation }, response) =>
    operation === "GETFILESTATUS" ? fileStatus(1) : json(response, 500, {}),
  );
  const program = `
    import { Hdfs } from ${JSON.stringify(new URL("./hdfs.ts", import.meta.url).href)};
    console.log((await new Hdfs({ address: ${JSON.stringify(server.address)} }).stat("/x")).length);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.equal(String(await once(child.stdout, "data")), "1\n");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
