/** Pictures of dashboards, as a browser shows them. */
import { join } from "node:path";
import type { Browser, Locator, Page, Response } from "playwright-core";
import { openBrowser } from "../browser/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import type { Board, Boards } from "./boards.ts";
import { denied, SupersetError, unreachable } from "./errors.ts";
import { type ChartRow, type QueryAnswer, rowsOf } from "./rows.ts";

/** Options of {@link takePictures}. */
export interface PictureOptions {
  /** `http://host:port` of Superset. */
  readonly address: string;
  /** @default "admin" */
  readonly user?: string;
  readonly password: string;
  readonly boards: Boards;
  /** Where the pictures are written: `SLUG.png`. It exists. */
  readonly folder: string;
  /** Pixels. The height is that of the dashboard. @default 1440 */
  readonly width?: number;
  /** Longest wait for the charts of one dashboard, in milliseconds. @default 120000 */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A picture of a dashboard. */
export interface BoardPicture {
  readonly slug: string;
  readonly title: string;
  /** PNG. */
  readonly file: string;
  /** The rows that the page drew its charts from, one list for each answer of Superset, by the charts' titles. */
  readonly drawn: Readonly<Record<string, readonly (readonly ChartRow[])[]>>;
}

/**
 * Takes a picture of each dashboard, when all of its charts are drawn.
 *
 * @throws SETUP_MISSING where there is no Chromium; SUPERSET_DENIED; SupersetError when a chart shows an error instead of data; TIMEOUT;
 *   UNREACHABLE
 */
export async function takePictures(options: PictureOptions): Promise<BoardPicture[]> {
  const { boards, signal } = options;
  signal?.throwIfAborted();
  const browser = await openBrowser();
  const stop = (): void => void browser.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const page = await openPage(browser, options);
    const pictures: BoardPicture[] = [];
    for (const board of boards.dashboards) pictures.push(await picture(page, board, options));
    return pictures;
  } catch (error) {
    signal?.throwIfAborted();
    throw isStreambookError(error) ? error : unreachable(options.address, error);
  } finally {
    signal?.removeEventListener("abort", stop);
    await browser.close();
  }
}

/** A page of somebody who is logged in. */
async function openPage(browser: Browser, options: PictureOptions): Promise<Page> {
  const { address, user = "admin", password, width = 1440, timeout = 120_000 } = options;
  const page = await browser.newPage({ viewport: { width, height: FIRST_HEIGHT }, locale: "en-US", timezoneId: "UTC" });
  page.setDefaultTimeout(timeout);
  await page.goto(`${address}/login/`, { waitUntil: "domcontentloaded" });
  const secret = page.locator("input[type=password]");
  await secret.waitFor().catch((cause: unknown) => {
    throw unreachable(address, new Error("its page has no login", { cause }));
  });
  await page.locator("input:not([type=hidden]):not([type=password])").first().fill(user);
  await secret.fill(password);
  await page.locator("button[type=submit]").first().click();
  const loggedIn = page.waitForURL((url) => !url.pathname.startsWith("/login"), { waitUntil: "domcontentloaded" });
  const refused = page.getByText("Invalid username or password").waitFor();
  await Promise.race([loggedIn, refused.then(() => Promise.reject(denied(address, user)))]).finally(() => {
    refused.catch(() => undefined); // it waits on, until the browser is closed
    loggedIn.catch(() => undefined);
  });
  return page;
}

/** Charts are drawn when they come into sight: all should be, before the height is known. */
const FIRST_HEIGHT = 2400;

async function picture(page: Page, board: Board, options: PictureOptions): Promise<BoardPicture> {
  const { address, boards, folder, width = 1440, timeout = 120_000 } = options;
  const { slug, title, rows } = board;
  const titles = rows.flat().map(({ chart }) => boards.charts[chart]?.title ?? chart);
  const drawn: Record<string, (readonly ChartRow[])[]> = Object.fromEntries(titles.map((one) => [one, []]));
  const reading: Promise<void>[] = [];
  const names = new Map<number, string>();
  const keep = (response: Response): void => void reading.push(readAnswer(response, names, drawn));
  await page.setViewportSize({ width, height: FIRST_HEIGHT });
  page.on("response", keep);
  try {
    // without the bar of pages, which is the same everywhere
    await page.goto(`${address}/superset/dashboard/${slug}/?standalone=1&show_filters=0`, {
      waitUntil: "domcontentloaded",
    });
    await waitUntilDrawn(page, board, titles, timeout);
    await Promise.all(reading);
  } finally {
    page.off("response", keep);
  }
  await page.addStyleTag({ content: QUIET });
  const height = await heightOf(page);
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(SETTLING);
  const file = join(folder, `${slug}.png`);
  await page.screenshot({ path: file });
  return { slug, title, file, drawn };
}

/** Hides what a picture is no place for: buttons, menus, and who changed the dashboard when. */
const QUIET = ".title-panel > :not(:first-child), .right-button-panel, .header-controls { visibility: hidden }";

/** Milliseconds after which charts have taken their places. */
const SETTLING = 1500;

/** Keeps the rows of an answer under the title of its chart. */
async function readAnswer(
  response: Response,
  names: Map<number, string>,
  drawn: Record<string, (readonly ChartRow[])[]>,
): Promise<void> {
  const { pathname, searchParams } = new URL(response.url());
  try {
    if (/\/api\/v1\/dashboard\/[^/]+\/charts$/.test(pathname)) {
      const { result } = (await response.json()) as { result: { id: number; slice_name: string }[] };
      for (const { id, slice_name: name } of result) names.set(id, name);
    } else if (pathname.endsWith("/api/v1/chart/data")) {
      const { slice_id: id } = JSON.parse(searchParams.get("form_data") ?? "{}") as { slice_id?: number };
      const { result } = (await response.json()) as { result: QueryAnswer[] };
      const name = names.get(id ?? NaN) ?? "";
      for (const answer of result) drawn[name]?.push(rowsOf(answer));
    }
  } catch {
    // an answer that is none: what the page shows says so
  }
}

async function waitUntilDrawn(page: Page, { title }: Board, titles: readonly string[], timeout: number): Promise<void> {
  const until = Date.now() + timeout;
  for (;;) {
    const shown = await chartsOf(page);
    const failed = shown.find(({ error }) => error !== "");
    if (failed !== undefined)
      throw new SupersetError(
        `the chart ${JSON.stringify(failed.title)} of ${JSON.stringify(title)} shows an error: ${failed.error}; check the tables and the database that it asks`,
        200,
        [failed.error],
        { hint: { log: "superset" } },
      );
    const missing = titles.filter((one) => !shown.some((chart) => chart.title === one && chart.isDrawn));
    if (missing.length === 0) return;
    if (Date.now() > until)
      throw new StreambookError(
        "TIMEOUT",
        `${missing.join(", ")} of ${JSON.stringify(title)} was not drawn within ${timeout / 1000} s`,
        { hint: { log: "superset" } },
      );
    await page.waitForTimeout(300);
  }
}

/** What holds a chart in a page. */
const HOLDER = ".dashboard-component-chart-holder";

/** The charts of a page: which are drawn, and which show an error. */
async function chartsOf(page: Page): Promise<{ title: string; error: string; isDrawn: boolean }[]> {
  const holders = await page.locator(HOLDER).all();
  return Promise.all(
    holders.map(async (holder) => {
      const has = async (selector: string): Promise<boolean> => (await holder.locator(selector).count()) > 0;
      const error = await textOf(holder.locator("[role=alert], .missing-chart-container"));
      const title = await textOf(holder.locator(".header-title"));
      const isLoading = await has(".loading, [data-test=loading-indicator]");
      const isEmpty = (await holder.getByText("No results were returned").count()) > 0; // which is an answer, too
      return { title, error, isDrawn: !isLoading && (isEmpty || (await has("canvas, table tbody tr"))) };
    }),
  );
}

/** What an element says, in one line; "" without one. */
async function textOf(element: Locator): Promise<string> {
  const [text = ""] = await element.allInnerTexts();
  return text.replace(/\s+/g, " ").trim();
}

/** The height of a dashboard in pixels: down to its lowest chart. */
async function heightOf(page: Page): Promise<number> {
  const boxes = await Promise.all((await page.locator(HOLDER).all()).map((holder) => holder.boundingBox()));
  return Math.ceil(Math.max(...boxes.map((box) => (box === null ? 0 : box.y + box.height))) + MARGIN);
}

/** Pixels below the lowest chart, as there are above the first. */
const MARGIN = 16;
