/** The picture of the stream: a lane for each topic, from what comes in to the tables that keep it; and the lag by partition. */
import { type Markup, markup, Markup as Html } from "../../plot/index.ts";
import { plural } from "../../format/index.ts";
import type { GroupView, Snapshot, TableView, TopicView } from "../figures/snapshot.ts";
import { byteRateText, formatBytes, formatCount, rateText, waitText } from "./words.ts";

/** How many topics are drawn; those at which nothing happens give way. */
const MOST = 12;

export function lanesPart(snapshot: Snapshot): Markup {
  const topics = mostActive(snapshot);
  if (topics.length === 0)
    return markup`<p class="empty card">No topic yet. As soon as a producer has made one, it appears here.</p>`;
  const rest = snapshot.topics.length - topics.length;
  return markup`<div class="lanes">${topics.map((topic) => lane(topic, snapshot))}</div>${
    rest > 0 &&
    markup`<p class="note">${plural(rest, "further topic")} at rest: in the terminal's list, and in /snapshot.json.</p>`
  }`;
}

/** The topics that are drawn, by name: first those where something moves or waits. */
function mostActive({ topics, groups }: Snapshot): readonly TopicView[] {
  const lag = Map.groupBy(groups, ({ topic }) => topic);
  const weight = ({ topic, messagesPerSecond, messages }: TopicView): number =>
    messagesPerSecond * 1e6 + (lag.get(topic) ?? []).reduce((sum, one) => sum + one.lag, 0) + Math.min(messages, 1);
  const chosen = [...topics].sort((a, b) => weight(b) - weight(a)).slice(0, MOST);
  return chosen.sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

function lane(topic: TopicView, { groups, tables }: Snapshot): Markup {
  const readers = groups.filter((group) => group.topic === topic.topic);
  const keepers = tables.filter((table) => table.topic === topic.topic);
  if (readers.length === 0 && keepers.length === 0)
    return markup`<article class="lane card" aria-label="Topic ${topic.topic}">
${arrow(topic.messagesPerSecond, "in", byteRateText(topic.bytesPerSecond))}
${topicBox(topic)}
<p class="alone">No group has committed an offset, and no files on HDFS hold its messages.</p>
</article>`;
  return markup`<article class="lane card" aria-label="Topic ${topic.topic}">
${arrow(topic.messagesPerSecond, "in", byteRateText(topic.bytesPerSecond))}
${topicBox(topic)}
<div class="branches">${
    readers.length === 0
      ? markup`<div class="branch">${arrow(0, "read", "")}<div class="box quiet"><h3>no reader</h3><p>No group has committed an offset.</p></div></div>`
      : readers.map(
          (group) => markup`<div class="branch">${arrow(group.readPerSecond, "read", "")}${groupBox(group)}</div>`,
        )
  }</div>
<div class="branches">${
    keepers.length === 0
      ? markup`<div class="branch">${arrow(0, "kept", "")}<div class="box quiet"><h3>no table</h3><p>No files on HDFS hold its messages.</p></div></div>`
      : keepers.map(
          (table) => markup`<div class="branch">${arrow(table.rowsPerSecond, "kept", "")}${tableBox(table)}</div>`,
        )
  }</div>
</article>`;
}

/** An arrow flows while something does, at one of four speeds; the figure beside it is exact. */
function arrow(perSecond: number, label: string, more: string): Markup {
  const speed = perSecond < 0.05 ? 0 : perSecond < 50 ? 1 : perSecond < 2000 ? 2 : 3;
  return markup`<div class="arrow s${speed}"><span class="line" aria-hidden="true"></span><span class="rate"><b>${rateText(perSecond)}</b> <small>${label}</small>${
    more !== "" && markup`<small class="bytes">${more}</small>`
  }</span></div>`;
}

function topicBox({ topic, partitions, messages, bytes, history }: TopicView): Markup {
  return markup`<div class="box topic"><h3>${breakable(topic)}</h3><p>${plural(messages, "message")}, ${formatBytes(bytes)}, ${plural(partitions, "partition")}</p>${line(history)}</div>`;
}

/** A name that may be broken behind its commas, dots and lines, and nowhere else if that is enough. */
function breakable(name: string): Markup {
  return markup`${name.split(/(?<=[,._-])/).flatMap((part, index) => (index === 0 ? [part] : [WORD_BREAK, part]))}`;
}

const WORD_BREAK = new Html("<wbr>");

function groupBox({ group, members, lag, oldest }: GroupView): Markup {
  const state = members === 0 ? "quiet" : lag === 0 ? "good" : "";
  const behind = lag === 0 ? "up to date" : `lag ${formatCount(lag)}, oldest ${waitText(oldest, lag)}`;
  return markup`<div class="box group ${state}"><h3>${breakable(group)}</h3><p>${behind}; ${members === 0 ? "nobody reads now" : plural(members, "member")}</p></div>`;
}

function tableBox({ table, rows, files, bytes }: TableView): Markup {
  const content = rows === undefined ? plural(files, "file") : `${plural(rows, "row")} in ${plural(files, "file")}`;
  return markup`<div class="box table"><h3>${breakable(table)}</h3><p>${content}, ${formatBytes(bytes)}</p></div>`;
}

/** The messages a second of two minutes as a line, without axes: its height is that of the largest value. */
function line(history: readonly number[]): Markup {
  const most = Math.max(...history, 0);
  if (most < 0.05 || history.length < 2)
    return markup`<svg class="spark" aria-hidden="true" viewBox="0 0 120 24" preserveAspectRatio="none"></svg>`;
  const step = 120 / 59;
  const start = 120 - (history.length - 1) * step;
  const points = history.map(
    (rate, index) => `${(start + index * step).toFixed(1)},${(23 - (rate / most) * 21).toFixed(1)}`,
  );
  return markup`<svg class="spark" role="img" aria-label="Messages a second over two minutes, at most ${rateText(most)}" viewBox="0 0 120 24" preserveAspectRatio="none"><polyline points="${points.join(" ")}"/></svg>`;
}

export function lagPart({ groups }: Snapshot): Markup {
  if (groups.length === 0) return markup`<p class="empty card">No group has committed an offset yet.</p>`;
  return markup`<div class="lags">${groups.map(lagCard)}</div>`;
}

function lagCard({ group, topic, lag, partitions }: GroupView): Markup {
  const most = Math.max(...partitions.map((one) => one.lag), 1);
  const rows = partitions.map(
    ({ partition, lag, oldest }) =>
      markup`<tr><th scope="row">${partition}</th><td class="bar-cell"><span class="meter"><span style="width:${((lag / most) * 100).toFixed(1)}%"></span></span></td><td class="number">${formatCount(lag)}</td><td class="number wait">${waitText(oldest, lag)}</td></tr>`,
  );
  return markup`<div class="card lag"><h3>${breakable(group)} <small>${breakable(topic)}</small></h3><table><caption class="unseen">Lag of ${group} on ${topic}, ${formatCount(lag)} messages in all</caption><thead><tr><th scope="col">partition</th><th scope="col"><span class="unseen">lag as a bar</span></th><th scope="col" class="number">lag</th><th scope="col" class="number">oldest</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
