/** Without YARN: what is refused before it is asked. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { runOnYarn, type YarnOptions } from "./yarn.ts";

const module = new URL("./testing/order-job.ts", import.meta.url);
const hadoop = { java: "/no/such/java", arguments: [], environment: {} };
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/** Runs the job where a ResourceManager says that it has a node, and says how often it was asked. */
async function run(options: Partial<YarnOptions>): Promise<{ error: unknown; asked: number }> {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end(JSON.stringify({ nodes: { node: [{ state: "RUNNING", nodeHTTPAddress: "127.0.0.1:9" }] } }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const resourceManager = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await runOnYarn(module, { hadoop, resourceManager, inputs: ["/in"], output: "/out", ...options });
    return { error: undefined, asked };
  } catch (error) {
    return { error, asked };
  } finally {
    server.closeAllConnections();
    await once(server.close(), "close");
  }
}

const wrong: readonly [string, Partial<YarnOptions>, RegExp][] = [
  ["no input", { inputs: [] }, /has no input/],
  ["no reducer", { reducers: 0 }, /1 reducer or more, and not 0/],
  ["a pattern as input", { inputs: ["/a*"] }, /"\/a\*" cannot be used/],
  ["a comma in the output", { output: "/a,b" }, /"\/a,b" cannot be used/],
  ["a quote in Node's path", { node: '/a"b/node' }, /holds a quote/],
];
for (const [name, options, words] of wrong) {
  test(`${name} is refused before YARN is asked, and no timer is left`, async () => {
    const before = timers();
    const { error, asked } = await run({ ...options, onProgress: () => {} });
    assert.ok(isStreambookError(error, "USAGE"), String(error));
    assert.match(error.message, words);
    assert.equal(asked, 0);
    assert.equal(timers(), before);
  });
}

test("a client that cannot be started leaves no timer", async () => {
  const before = timers();
  const { error } = await run({ settings: { name: "a\0b" }, onProgress: () => {} }); // no process takes such a word
  assert.match(String(error), /null bytes/);
  assert.equal(timers(), before);
});
