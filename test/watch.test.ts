/** The page of the watch in a real browser: it fits a phone and a desk in both themes, and those who hear it hear it all. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { after, before, suite, test } from "node:test";
import type { Browser } from "playwright-core";
import { partsOf, watchPage } from "../lib/src/watch/show/page.ts";
import { snapshot } from "../lib/src/watch/show/snapshot-for-test.ts";
import { noBrowser, openBrowser } from "./fixtures/browser.ts";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

suite("the page of the watch", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: Server;
  let url = "";
  let axe = "";
  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const { html, policy } = watchPage();
    server = createServer((request, response) => {
      if (request.url === "/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const send = (parts: object): void => void response.write(`data: ${JSON.stringify(parts)}\n\n`);
        send(partsOf(snapshot));
        const faster = snapshot.topics.map((topic) => ({ ...topic, messagesPerSecond: 777 }));
        setTimeout(() => send({ lanes: partsOf({ ...snapshot, topics: faster }).lanes }), 300);
      } else response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  for (const width of [375, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${width} px wide, ${colorScheme}: nothing is cut off, nothing is hard to read, and figures move`, async () => {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
        const page = await context.newPage();
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        await page.goto(url);
        await page.waitForSelector("html[data-drawn=yes]");
        const wide = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assert.equal(wide, 0, `${wide} px are cut off`);
        const lane = await page.$(".lane");
        await page.waitForSelector("text=777/s");
        assert.ok(
          await lane?.evaluate((node) => (node as { readonly isConnected: boolean }).isConnected),
          "what is there is changed, not replaced",
        );
        assert.equal(await page.textContent("#live-text"), "live");
        await page.evaluate(axe);
        const violations = await page.evaluate<Violation[]>("axe.run().then(({ violations }) => violations)");
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`),
          [],
        );
        assert.deepEqual(errors, []);
        await context.close();
      });
    }
  }

  test("its own policy lets its scripts run", async () => {
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    await page.goto(url);
    await page.waitForSelector("html[data-drawn=yes]");
    await page.check("input[value=dark]", { force: true });
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    assert.deepEqual(refused, []);
    await page.close();
  });
});
