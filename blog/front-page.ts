/** The front page: what you will build, a picture of the pipeline, one figure that is alive, the lessons, and how to start. */
import { formatCount } from "../lib/src/format/index.ts";
import { markup, Markup } from "../lib/src/plot/index.ts";
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { glossaryEntries } from "./glossary.ts";
import type { RenderedLesson } from "./lesson-page.ts";
import type { Page, Site } from "./layout.ts";
import { figureTitle, outputHtml } from "./outputs.ts";
import { COURSE, FLOWS, PLOTLY, type Station, STATIONS, TRACKS, trackSentence } from "../lib/src/notebook/index.ts";
import type { Prose } from "./prose.ts";

/** The title of the figure that the front page shows, if the course has it; else the first one there is. Its marks show the words of their chunks. */
const SHOWN = "The chunks in the plane of their two principal components";

/** The front page. */
export function frontPage(site: Site, rendered: readonly RenderedLesson[], prose: Prose): Page {
  const { lessons, repository } = site;
  const description =
    "Build a streaming text pipeline on a real Kafka, HDFS, YARN and Hive, in TypeScript, one notebook at a time.";
  const first = lessons[0];
  const main = markup`<article class="front">
<header class="hero">
<p class="eyebrow">The course you can run</p>
<h1>A streaming pipeline, built line by line</h1>
<p class="lead">${description} Each lesson begins with something that goes wrong, makes the idea that fixes it in a few lines, and then shows the version that holds. Nothing is simulated: the same Apache releases that run in data centres start on your own machine.</p>
<p class="actions">${first !== undefined && markup`<a class="button" href="${encodedPath(first.name)}.html">Begin with lesson ${first.number}</a> `}<a class="button quiet" href="#start">Run it yourself</a></p>
</header>
<section aria-labelledby="pipeline"><h2 id="pipeline">What you will build</h2>
<p>Ten texts go in at one end. They are cut, sent, counted, grouped by what they are about, stored and queried. At the other end they come out again, and each must be the same, byte for byte, even when a process in the middle was killed.</p>
${pipeline(lessons)}
<p class="note">MapReduce reads the log that the producer keeps beside Kafka, and not the table: what is rebuilt has then passed through nothing that it is to judge. The texts that come back prove what was sent; the table must hold a row for each of those messages, no more and no fewer.</p>
</section>
${liveFigure(rendered, prose)}
<section aria-labelledby="lessons-title"><h2 id="lessons-title">The lessons</h2>
${tracks(prose)}
<ol class="cards">${rendered.map(({ lesson }) => card(lesson, prose))}</ol>
</section>
<section aria-labelledby="challenge"><h2 id="challenge">And then the challenge</h2>
<p>After lesson 08 you write a consumer of your own, in any language. An adversary kills it at each of its steps, freezes it, and takes Kafka and HDFS away. It counts what is lost or doubled, gives a score of 100, and draws the first failure; hints come one at a time.${repository !== undefined && markup` <a href="${repository}/blob/HEAD/docs/challenge.md">The rules</a> fit on a page.`}</p>
${new Markup(prose.code("npx streambook challenge consumer", "bash"))}
</section>
<section aria-labelledby="start" class="start"><h2 id="start">How to start</h2>
<p>These pages can be read as they are. To run them you need Linux or macOS (on Windows: WSL), Node 18, a JDK 17 and Python 3.10, or later ones, and Maven. Docker is not needed. In a terminal${repository === undefined ? ", in the folder of the project" : ""}:</p>
${new Markup(prose.code(`${repository === undefined ? "" : `git clone ${repository}\ncd ${repository.split("/").at(-1) ?? ""}\n`}npm run lab`, "bash"))}
<p>This sets up what is missing, starts the services, and opens the first notebook in your browser. <code class="nowrap">npm start</code> runs the whole pipeline at once and ends with a report.</p>
</section>
<section aria-labelledby="proof"><h2 id="proof">Every output is real</h2>
<p>A program made these pages from the notebooks as they ran. Nothing was typed in afterwards: a claim in the text is checked by the code beside it.</p>
<ul class="numbers">${numbers(rendered).map(([count, what]) => markup`<li><strong>${formatCount(count)}</strong> ${what}</li>`)}</ul>
</section>
</article>`;
  return {
    path: "index.html",
    title: "streambook: the course you can run",
    ...{ description, card: "cards/index.png", main, prose },
  };
}

function pipeline(lessons: readonly Lesson[]): Markup {
  const links = ({ name: station }: Station): Markup[] =>
    COURSE.filter(({ stations }) => stations.includes(station)).flatMap((about) => {
      const lesson = lessons.find(({ name }) => name === about.name);
      return lesson === undefined
        ? []
        : [markup`<a href="${encodedPath(lesson.name)}.html">lesson ${lesson.number}</a> `];
    });
  return markup`<ol class="pipeline">${STATIONS.map(
    (station) => markup`<li${new Markup(station.service === true ? ' class="service"' : "")}>
<strong>${station.name}</strong> <span>${station.does}</span> <span class="where">${links(station)}</span>
${sends(station)}
</li>\n`,
  )}</ol>`;
}

/** The arrows that leave a station, each towards its neighbour. */
function sends(station: Station): Markup[] {
  return FLOWS.filter(({ from }) => from === station.name).map(({ to, what }) => {
    const target = STATIONS.find(({ name }) => name === to) ?? station;
    const way = target.row > station.row ? "down" : target.column < station.column ? "left" : "right";
    // On a phone the stations stand one below the other: only what leads to the next one keeps its arrow.
    const far = STATIONS.indexOf(target) !== STATIONS.indexOf(station) + 1 ? " far" : "";
    return markup`<span class="${`sends ${way}${far}`}"><span class="unseen">sends to ${to}: </span>${what}</span>`;
  });
}

/** The ways through the course, as the course says them. */
function tracks(prose: Prose): Markup {
  return markup`<ul class="tracks">${TRACKS.map((track) => markup`<li>${new Markup(prose.inline(trackSentence(track)))}</li>\n`)}</ul>`;
}

/** One figure of the course, to be touched at once. */
function liveFigure(rendered: readonly RenderedLesson[], prose: Prose): Markup {
  const all = rendered.flatMap(({ lesson, figures }) => figures.map((figure) => ({ ...figure, lesson })));
  const shown = all.find(({ figure }) => figureTitle(figure) === SHOWN) ?? all[0];
  if (shown === undefined) return markup``;
  const { name, lesson } = shown;
  const output = lesson.blocks
    .flatMap((block) => (block.kind === "code" ? block.outputs : []))
    .filter(({ data }) => data?.[PLOTLY] !== undefined)[Number(name.split("-").at(-1)) - 1];
  if (output === undefined) return markup``;
  const html = outputHtml(output, {
    ...{ prose, link: () => undefined },
    addFigure: () => name,
    addPicture: () => "",
    warn: () => undefined,
  });
  return markup`<section aria-labelledby="figure-title"><h2 id="figure-title">Figures that answer</h2>
<p>Point at a mark, and it shows what it stands for. Every mark here is a piece of a text, and the program was not given which pieces belong together. It is from <a href="${encodedPath(lesson.name)}.html">lesson ${lesson.number}</a>.</p>
${new Markup(html)}</section>`;
}

function card({ name, number, title, summary, minutes }: Lesson, prose: Prose): Markup {
  return markup`<li><a href="${encodedPath(name)}.html"><span class="number">${number}</span>
<strong>${new Markup(prose.inline(title))}</strong></a>
<p>${new Markup(prose.inline(summary))}</p>
<p class="facts">${minutes} min to read</p></li>\n`;
}

/** What can be counted. */
function numbers(rendered: readonly RenderedLesson[]): [number, string][] {
  const blocks = rendered.flatMap(({ lesson }) => lesson.blocks);
  const cells = blocks.filter((block) => block.kind === "code");
  const passed = cells
    .flatMap(({ outputs }) => outputs)
    .filter(({ output_type }) => output_type === "stream")
    .reduce(
      (sum, { text }) => sum + ((Array.isArray(text) ? text.join("") : String(text)).match(/^✓ /gm)?.length ?? 0),
      0,
    );
  const figures = rendered.reduce((sum, lesson) => sum + lesson.figures.length, 0);
  const words = glossaryEntries(rendered.map(({ lesson }) => lesson)).length;
  const all: [number, string][] = [
    [cells.length, "cells, run in their order"],
    [passed, "checks that passed"],
    [figures, "figures"],
    [words, "words explained"],
  ];
  return all.filter(([count]) => count > 0);
}

/** The page for an address that is not there. It is served at any depth, so its links begin at the site's root. */
export function notFoundPage(site: Site, prose: Prose): Page {
  return {
    path: "404.html",
    title: "Not found · streambook",
    description: "There is no such page.",
    card: "cards/index.png",
    root: site.base,
    prose,
    main: markup`<article><header class="lesson-head"><h1>There is no such page</h1>
<p class="lead">The address may be mistyped, or the lesson has another name by now.</p></header>
<p><a class="button" href="${site.base}index.html">To the front page</a></p></article>`,
  };
}
