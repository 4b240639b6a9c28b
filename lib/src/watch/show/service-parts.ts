/** The parts of the page about services: a line that sums up, a card each, what the clusters hold, what went wrong. */
import { type Markup, markup } from "../../plot/index.ts";
import { plural } from "../../format/index.ts";
import type { ServiceView, Snapshot } from "../figures/snapshot.ts";
import {
  ageText,
  byteRateText,
  formatBytes,
  formatCount,
  formatSeconds,
  rateText,
  shareText,
  STATES,
  timeText,
} from "./words.ts";

/** What one sees first: is everything well, and how much flows. */
export function summaryPart({ services, topics, groups, at, problems }: Snapshot): Markup {
  const wanted = services.filter(({ state }) => state !== "stopped");
  const working = wanted.filter(({ state }) => state === "running");
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const isWell = working.length === wanted.length && problems.length === 0;
  const health =
    wanted.length === 0
      ? "nothing runs"
      : isWell
        ? "all is well"
        : `${plural(wanted.length - working.length, "service")} down`;
  const state = wanted.length === 0 ? "quiet" : isWell ? "good" : "bad";
  const tiles: readonly (readonly [string, string, string])[] = [
    [`${working.length} of ${wanted.length}`, `services work: ${health}`, state],
    [rateText(sum(topics.map(({ messagesPerSecond }) => messagesPerSecond))), "messages into topics", ""],
    [byteRateText(sum(topics.map(({ bytesPerSecond }) => bytesPerSecond))), "bytes into topics", ""],
    [formatCount(sum(groups.map(({ lag }) => lag))), "messages of lag", ""],
    [timeText(at), "UTC, the last look", ""],
  ];
  return markup`<dl class="tiles">${tiles.map(
    ([value, name, kind]) => markup`<div class="card ${kind}"><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>${problems.map(({ source, message }) => markup`<p class="problem card"><b>${source}</b> ${message}</p>`)}`;
}

export function servicesPart({ services, at }: Snapshot): Markup {
  return markup`<div class="services">${services.map((service) => serviceCard(service, at))}</div>`;
}

const KINDS: Readonly<Record<ServiceView["state"], string>> = {
  running: "good",
  silent: "notice",
  died: "bad",
  stopped: "quiet",
  unreachable: "bad",
};

function serviceCard(service: ServiceView, at: Date): Markup {
  const { title, state, started, memory, processor, heap, collecting, place } = service;
  const facts: (readonly [string, string])[] = [];
  if (processor !== undefined) facts.push(["processor", shareText(processor)]);
  if (memory !== undefined) facts.push(["memory", formatBytes(memory)]);
  if (collecting !== undefined) facts.push(["collecting garbage", shareText(collecting)]);
  const name = place?.startsWith("http") === true ? markup`<a href="${place}">${title}</a>` : markup`${title}`;
  return markup`<div class="card service ${KINDS[state]}"><h3>${name}</h3><p class="state"><span class="dot"></span>${STATES[state]}${
    started !== undefined && state === "running" && ` for ${ageText(started, at)}`
  }</p>${
    facts.length > 0 &&
    markup`<dl>${facts.map(([key, value]) => markup`<div><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>`
  }${heap !== undefined && meter("heap", heap.used, heap.max)}</div>`;
}

/** How many of a list are shown. */
const MOST = 12;

/** How much of something is taken. */
function meter(title: string, used: number, all: number): Markup {
  const share = all > 0 ? Math.min(1, used / all) : 0;
  return markup`<div class="full"><p><span>${title}</span><span>${formatBytes(used)} of ${formatBytes(all)}</span></p><span class="meter${share > 0.9 && " high"}"><span style="width:${(share * 100).toFixed(1)}%"></span></span></div>`;
}

export function clusterPart({ hdfs, yarn, spark, tables }: Snapshot): Markup {
  // those with a topic stand beside it
  const others = tables.filter(({ topic }) => topic === "").sort((a, b) => b.bytes - a.bytes);
  if (hdfs === undefined && yarn === undefined && spark === undefined && others.length === 0)
    return markup`<p class="empty card">Neither HDFS nor YARN answers.</p>`;
  return markup`<div class="services">${
    hdfs !== undefined &&
    markup`<div class="card service"><h3>HDFS</h3><p class="state">${formatBytes(hdfs.used)} in ${plural(hdfs.files, "file and folder", "files and folders")}</p>${meter("disk taken by all", hdfs.capacity - hdfs.free, hdfs.capacity)}</div>`
  }${
    yarn !== undefined &&
    markup`<div class="card service"><h3>YARN</h3><p class="state">${plural(yarn.working, "container")} at work, ${formatCount(yarn.waiting)} waiting, ${plural(yarn.nodes, "node")}</p>${meter("memory given away", yarn.allocated, yarn.allocated + yarn.available)}</div>`
  }${
    spark !== undefined &&
    markup`<div class="card service"><h3>Spark</h3><p class="state">${plural(spark.activeJobs, "job")} at work, ${formatCount(spark.jobs)} begun</p>${
      spark.streams.length > 0 &&
      markup`<dl>${spark.streams.map(
        ({ query, inputPerSecond = 0, batch = 0 }) =>
          markup`<div><dt>${query}</dt><dd>${rateText(inputPerSecond)}, last batch ${formatSeconds(batch)}</dd></div>`,
      )}</dl>`
    }</div>`
  }${
    others.length > 0 &&
    markup`<div class="card service"><h3>Tables of no topic</h3><p class="state">${plural(others.length, "table")}${others.length > MOST && `, the largest ${MOST} of them`}</p><dl>${others
      .slice(0, MOST)
      .map(
        ({ table, rows, files, bytes }) =>
          markup`<div><dt>${table}</dt><dd>${rows === undefined ? plural(files, "file") : plural(rows, "row")}, ${formatBytes(bytes)}</dd></div>`,
      )}</dl></div>`
  }</div>`;
}

export function faultsPart({ faults }: Snapshot): Markup {
  if (faults.length === 0) return markup`<p class="empty card">Nothing has died since the watch began.</p>`;
  return markup`<ol class="faults card">${faults
    .slice(0, MOST)
    .map(
      ({ at, kind, message }) =>
        markup`<li class="${kind === "died" || kind === "silent" ? "bad" : kind === "back" ? "good" : "quiet"}"><time datetime="${at.toISOString()}">${timeText(at)}</time><span class="dot"></span><span>${message}</span></li>`,
    )}</ol>`;
}
