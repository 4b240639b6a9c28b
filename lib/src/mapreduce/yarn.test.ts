/** Without YARN: what is refused before it is asked. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { delay } from "../async/index.ts";
import { isStreambookError } from "../errors/index.ts";
import { ResourceManager } from "./resource-manager.ts";
import { runOnYarn, type YarnOptions } from "./yarn.ts";

const module = new URL("./order-job-for-test.ts", import.meta.url);
const hadoop = { java: "/no/such/java", arguments: [], environment: {} };
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

const healthy = { state: "RUNNING", nodeHTTPAddress: "127.0.0.1:9" };
/** As a NodeManager on a full disk reports it. */
const sick = {
  ...healthy,
  state: "UNHEALTHY",
  healthReport:
    "1/1 local-dirs usable space is below configured utilization percentage/no more usable space [ /home/data/yarn/local : free space below limit of 200MB ] ; 1/1 log-dirs … ",
};

/** A ResourceManager that gives its node in one state after the other, the last again and again. */
async function withNodes<T>(
  nodes: readonly object[],
  body: (address: string, asked: () => number) => Promise<T>,
): Promise<T> {
  let asked = 0;
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ nodes: { node: [nodes[Math.min(asked++, nodes.length - 1)]] } }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    return await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => asked);
  } finally {
    server.closeAllConnections();
    await once(server.close(), "close");
  }
}

/** Runs the job where a ResourceManager has such a node, and says how often it was asked. */
async function run(options: Partial<YarnOptions>, node: object = healthy): Promise<{ error: unknown; asked: number }> {
  return withNodes([node], async (resourceManager, asked) => {
    const error = await runOnYarn(module, {
      hadoop,
      resourceManager,
      inputs: ["/in"],
      output: "/out",
      ...options,
    }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, asked: asked() };
  });
}

const wrong: readonly [string, Partial<YarnOptions>, RegExp][] = [
  ["no input", { inputs: [] }, /has no input/],
  ["no reducer", { reducers: 0 }, /1 reducer or more, and not 0/],
  ["a pattern as input", { inputs: ["/a*"] }, /"\/a\*" cannot be used/],
  ["a comma in the output", { output: "/a,b" }, /"\/a,b" cannot be used/],
  ["a quote in Node's path", { node: '/a"b/node' }, /holds a quote/],
];
for (const [name, options, message] of wrong) {
  test(`${name} is refused before YARN is asked, and no timer is left`, async () => {
    const before = timers();
    const { error, asked } = await run({ ...options, onProgress: () => {} });
    assert.ok(isStreambookError(error, "USAGE"), String(error));
    assert.match(error.message, message);
    assert.equal(asked, 0);
    assert.equal(timers(), before);
  });
}

test("a client that cannot be started leaves no timer", async () => {
  const before = timers();
  const { error } = await run({ settings: { name: "a\0b" }, onProgress: () => {} }); // no process accepts such an argument
  assert.match(String(error), /null bytes/);
  assert.equal(timers(), before);
});

const FULL_DISK = /unhealthy: .*\/home\/data\/yarn\/local : free space below limit of 200MB \]; free some disk/;

test("a job is refused with the reason where the only NodeManager is unhealthy", async () => {
  const { error } = await run({}, sick);
  assert.ok(isStreambookError(error, "STACK_DOWN"), String(error));
  assert.match(error.message, FULL_DISK);
});

test("a job under way is given up when its NodeManager stays unfit, and not when it is for a moment", async () => {
  const watch = (nodes: readonly object[]): Promise<{ reason: unknown; asked: number }> =>
    withNodes(nodes, async (address, asked) => {
      const end = new AbortController();
      let reason: unknown;
      const watching = new ResourceManager(address, "u").watch((found) => (reason = found), end.signal, {
        interval: 1,
        times: 3,
      });
      const enough = async (): Promise<void> => {
        while (asked() < 8 && !end.signal.aborted) await delay(1);
      };
      await Promise.race([watching, enough()]);
      end.abort();
      await watching;
      return { reason, asked: asked() };
    });
  const { reason, asked } = await watch([healthy, sick, sick, healthy, sick]);
  assert.ok(isStreambookError(reason, "STACK_DOWN"), String(reason));
  assert.match(reason.message, FULL_DISK);
  assert.equal(asked, 7);
  assert.equal((await watch([sick, sick, healthy])).reason, undefined);
});
