/** The server for writers: it serves the site under its base and nothing else, and notifies pages of changes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../lib/src/async/index.ts";
import { BlogFolder } from "./notebooks-for-test.ts";
import { createSiteServer, listen } from "./watch.ts";

test("files are served under the base; what is not there is the page for it; nothing outside is reached", async () => {
  await using folder = await BlogFolder.make();
  await folder.writeText("site/index.html", "<p>front</p>");
  await folder.writeText("site/404.html", "<p>none</p>");
  await folder.writeText("secret.txt", "secret");
  const server = createSiteServer({ folder: join(folder.path, "site"), base: "/guide/" });
  const port = await listen(server, 4300);
  try {
    const get = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    assert.equal(await get("/guide/"), "200 <p>front</p>");
    assert.equal(await get("/"), "200 <p>front</p>", "the root leads to the base");
    assert.equal(await get("/guide/x/y"), "404 <p>none</p>");
    for (const path of ["/guide/..%2fsecret.txt", "/guide/%2e%2e/secret.txt", "/guide/%00", "/guide/%zz"])
      assert.equal(await get(path), "404 <p>none</p>", path);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("while one writes, a changed notebook is built anew and the page is notified; a broken one leaves the site", async () => {
  await using folder = await BlogFolder.make();
  await folder.write("01-a", ["# 01 · A\n\nfirst words"]);
  const args = ["--watch", "--port", "4330", "--notebooks", folder.path, "--output", join(folder.path, "out")];
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const saysSoon = (pattern: RegExp): Promise<unknown> =>
    until(`the server to say ${pattern.source}`, () => pattern.test(said));
  try {
    await saysSoon(/http:\/\/localhost:\d+\//);
    const origin = /http:\/\/localhost:(\d+)\//.exec(said)?.[1] ?? "";
    const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${origin}/01-a.html`)).text();
    assert.match(await page(), /first words[^]*__reload\.js/);
    const events = await fetch(`http://127.0.0.1:${origin}/__reload`);
    const reader = events.body?.getReader();
    await reader?.read();
    await folder.write("01-a", ["# 01 · A\n\nother words"]);
    const event = await reader?.read();
    assert.match(Buffer.from(event?.value ?? []).toString(), /data: reload/);
    assert.match(await page(), /other words/);
    await folder.write("01-a", ["no title"]);
    await saysSoon(/has no title/);
    assert.match(await page(), /other words/);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
});
