/** The live page: one HTML file that asks the server it comes from for what has changed. */
import { figureElement, markup, plotlySource, standalonePage } from "../../../plot/index.ts";
import { reportStyle } from "../../../report/index.ts";
import { campaignNames } from "../names.ts";
import { liveNumbers, type LiveSnapshot } from "./live-report.ts";

/** Runs in the browser: takes what the server sends, and says when it sends no more. */
const follow = `"use strict";
(() => {
  const state = document.getElementById("state");
  const say = (text, isOpen) => { state.textContent = text; state.classList.toggle("over", !isOpen); };
  const events = new EventSource("events");
  events.onopen = () => say("following the stream", true);
  events.onerror = () => say("the job does not answer; what is shown is the last that it said", false);
  events.onmessage = ({ data }) => {
    const { figures, numbers } = JSON.parse(data);
    for (const [id, text] of Object.entries(numbers)) document.getElementById("number-" + id).textContent = text;
    for (const [id, figure] of Object.entries(figures))
      document.dispatchEvent(new CustomEvent("streambook:figure", { detail: { id, figure } }));
  };
})();
`;

const style = `
#state::before{content:"";display:inline-block;width:.6em;height:.6em;border-radius:50%;background:var(--good);margin-right:.5em}
#state.over::before{background:var(--bad)}
.tiles dd{font-variant-numeric:tabular-nums}
`;

/** The page, as it is at a moment; what comes later it asks for at `events`. */
export async function livePage({ figures, numbers }: LiveSnapshot): Promise<string> {
  return standalonePage({
    title: "Campaign views, live · streambook",
    description: "Views of banners by the minute in which they ended, while they come.",
    brand: markup`streambook`,
    aside: markup`<span id="state">connecting</span>`,
    body: markup`<section class="hero" aria-labelledby="title"><h1 id="title">Campaign views, live</h1>
<p class="lead">The stream counts the views of the topic ${campaignNames.topic} by the minute in which they ended. A minute is closed, and written, when the watermark has passed its end; what comes later is late.</p>
<dl class="tiles">${liveNumbers.map(({ id, name }) => markup`<div class="card"><dt>${name}</dt><dd id="number-${id}">${numbers[id]}</dd></div>`)}</dl></section>
<section aria-labelledby="minutes-heading"><h2 id="minutes-heading">Views per minute, by network</h2>
${figureElement({
  id: "minutes",
  figure: figures.minutes,
  title: "Views per minute, by network",
  description:
    "Full colour: closed, and in the report. Pale: open, in Spark's state, and still growing. The watermark moves from left to right, and closes what it has passed.",
})}</section>
<section aria-labelledby="late-heading"><h2 id="late-heading">Late views, batch by batch</h2>
${figureElement({
  id: "late",
  figure: figures.late,
  title: "Late views, batch by batch",
  description: "Views that came behind the watermark: the stream leaves them out, and a correction adds them.",
})}</section>`,
    style: reportStyle + style,
    plotly: await plotlySource(),
    follow,
  });
}
