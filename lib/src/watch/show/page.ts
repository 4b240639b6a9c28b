/** The page of a watch: its parts are written here, sent when they have changed, and put in place by the script. */
import {
  type Markup,
  markup,
  Markup as Html,
  pagePolicy,
  pageStyle,
  scriptSource,
  themeChoice,
  themeScript,
} from "../../plot/index.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import { lagPart, lanesPart } from "./flow-parts.ts";
import { clusterPart, faultsPart, servicesPart, summaryPart } from "./service-parts.ts";
import { watchScript } from "./page-script.ts";
import { watchStyle } from "./page-style.ts";

type Part = "summary" | "lanes" | "lag" | "services" | "clusters" | "faults";

/** The parts of the page by the id of their element, each as HTML. */
export type Parts = Readonly<Record<Part, string>>;

/** The parts of a snapshot. */
export function partsOf(snapshot: Snapshot): Parts {
  return {
    summary: summaryPart(snapshot).html,
    lanes: lanesPart(snapshot).html,
    lag: lagPart(snapshot).html,
    services: servicesPart(snapshot).html,
    clusters: clusterPart(snapshot).html,
    faults: faultsPart(snapshot).html,
  };
}

const SECTIONS: readonly (readonly [id: Part, title: string, lead: string])[] = [
  [
    "lanes",
    "The stream",
    "From topic to table: what comes in, who reads it, where it is kept. Rates are of the last ten seconds.",
  ],
  [
    "lag",
    "Lag by partition",
    "Messages that a group has not read yet, and how long the oldest of them has been waiting.",
  ],
  ["services", "Services", "Health, processor, memory and heap of each; the heap of those that say it over HTTP."],
  ["clusters", "Space and work", "What HDFS holds, and what YARN and Spark are doing."],
  ["faults", "Faults", "What died, what came back. Times are UTC."],
];

/** The page without figures: these come by `events`. */
export function watchPage(): { readonly html: string; readonly policy: string } {
  const scripts = [themeScript, watchScript].map((source) => scriptSource(source));
  const policy = `${pagePolicy({ scripts, connects: true })}; frame-ancestors 'none'`; // which only a header may say
  const [theme = "", script = ""] = scripts;
  const html = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="The pipeline as it runs: rates, lag, services, faults.">
<title>streambook watch</title>
<link rel="icon" href="data:,">
<style>${new Html(pageStyle + watchStyle)}</style>
<script>${new Html(theme)}</script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar"><div class="bar-inner">
<p class="brand">streambook watch</p>
<p class="live" id="live" role="status"><span class="dot"></span><span id="live-text">connecting</span></p>
${themeChoice}
</div></header>
<main id="main">
<h1 class="unseen">What runs and flows</h1>
<div id="summary" class="summary"></div>
${SECTIONS.map(([id, title, lead]) => section(id, title, lead))}
<noscript><p class="note">Without scripts nothing moves here; <code>/metrics</code> and <code>/snapshot.json</code> have the same figures.</p></noscript>
</main>
<footer class="foot"><p>The same figures: <a href="/metrics">/metrics</a> for Prometheus, <a href="/snapshot.json">/snapshot.json</a> for programs.</p></footer>
<script>${new Html(script)}</script>
</body>
</html>
`.html;
  return { html, policy };
}

function section(id: Part, title: string, lead: string): Markup {
  return markup`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><p class="lead">${lead}</p><div id="${id}"></div></section>
`;
}
