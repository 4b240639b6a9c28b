/** A failure as a page: who did what when, what the adversary did, and which messages it cost. One file, no scripts, nothing from outside. */
import { plural } from "../format/index.ts";
import { escapeHtml, themes } from "../plot/index.ts";
import type { Happening } from "./arena.ts";
import type { ScenarioResult } from "./challenge.ts";
import { ranges } from "./judge.ts";
import { isWork } from "./steps.ts";

const WIDTH = 1160;
const LEFT = 128;
const RIGHT = 24;
/** Seconds that are shown around the first fault. */
const AROUND = { before: 1.2, after: 2.8 };

/** Letters of a fault's name where the whole is shown. */
const MOST_LETTERS = 48;

interface View {
  readonly from: number;
  readonly to: number;
}

/** The page of a scenario that was not passed. */
export function failurePage(result: ScenarioResult): string {
  const { happenings, finding, title } = result;
  const fault = happenings.find(({ kind }) => kind === "fault")?.second;
  const last = happenings.at(-1)?.second ?? 1;
  const whole = { from: 0, to: last };
  const near = fault === undefined ? undefined : { from: Math.max(0, fault - AROUND.before), to: fault + AROUND.after };
  const parts = [
    `<h1>${escapeHtml(title.charAt(0).toUpperCase() + title.slice(1))}</h1>`,
    `<p class="verdict">${escapeHtml(verdict(result))}</p>`,
    committedBefore(happenings, fault),
    ...(near === undefined ? [] : ["<h2>Around the first fault</h2>", timelineSvg(happenings, near, true)]),
    "<h2>From beginning to end</h2>",
    timelineSvg(happenings, whole, false),
    `<p>A bar is a start of your program. Each tick is one of its requests; a hollow circle is the answer. Red is the adversary.</p>`,
    doubledTable(finding.doubled),
    result.said === ""
      ? ""
      : `<h2>The last that your program said</h2><pre>${escapeHtml(result.said.slice(-2000))}</pre>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body>
${parts.filter((part) => part !== "").join("\n")}
</body></html>
`;
}

/** What a scenario has cost, in one or two sentences. */
export function verdict({ finding, harm }: Pick<ScenarioResult, "finding" | "harm">): string {
  const { sent, lost, doubled, strange } = finding;
  const said: string[] = [];
  if (harm === "not taken over")
    said.push(
      "While the first was frozen, the second did not store everything: what the first held was out of its reach.",
    );
  if (lost.length > 0) said.push(`${lost.length} of ${plural(sent, "message")} ${are(lost)} lost: ${numbers(lost)}.`);
  if (doubled.length > 0)
    said.push(
      `${doubled.length} ${are(doubled)} stored more than once: ${numbers(doubled.map(({ message }) => message))}.`,
    );
  if (strange.length > 0)
    said.push(`${plural(strange.length, "line")} ${are(strange)} no message that was sent, such as ${strange[0]}`);
  return said.length === 0 ? `All ${sent} messages are stored, each once.` : said.join(" ");
}

const are = ({ length }: readonly unknown[]): string => (length === 1 ? "is" : "are");

function numbers(messages: readonly number[]): string {
  return `${messages.length === 1 ? "number" : "numbers"} ${ranges(messages)}`;
}

/** What Kafka believed at the first fault, and what HDFS held: the two that must agree. */
function committedBefore(happenings: readonly Happening[], fault: number | undefined): string {
  if (fault === undefined) return "";
  const answers = happenings.flatMap(({ step, second }) => (step?.phase === "answer" && second < fault ? [step] : []));
  const commit = answers.findLast(({ kind }) => kind === "OffsetCommit");
  const written = answers.filter(({ kind }) => kind === "CREATE bytes" || kind === "APPEND bytes").length;
  const committed =
    commit === undefined ? "nothing" : `the positions ${commit.detail} (partition: offset) as the last commit`;
  return `<p>Before the first fault, Kafka had acknowledged ${escapeHtml(committed)}, and HDFS ${plural(written, "file")}.</p>`;
}

function doubledTable(doubled: ScenarioResult["finding"]["doubled"]): string {
  if (doubled.length === 0) return "";
  const rows = doubled
    .slice(0, 8)
    .map(
      ({ message, files }) =>
        `<tr><td>${message}</td><td>${files.map((file) => escapeHtml(file)).join("<br>")}</td></tr>`,
    );
  return `<h2>Which files hold a message twice</h2><table><tr><th>message</th><th>files</th></tr>${rows.join("")}</table>`;
}

function timelineSvg(happenings: readonly Happening[], view: View, isNear: boolean): string {
  const isSeen = ({ step }: Happening): boolean => step === undefined || isWork(step) || step.kind === "JoinGroup";
  const shown = happenings.filter((one) => one.second >= view.from && one.second <= view.to && isSeen(one));
  const runs = runsIn(happenings, view);
  const x = (second: number): number => LEFT + ((second - view.from) / (view.to - view.from)) * (WIDTH - LEFT - RIGHT);
  const [top, row] = [54, 22];
  const lanes = [...new Set(shown.flatMap(({ step }) => (step === undefined ? [] : [`${step.service} ${step.kind}`])))];
  const base = top + runs.length * row + 14;
  const laneY = new Map(lanes.map((lane, index) => [lane, base + index * row + row / 2]));
  const height = base + lanes.length * row + 40;
  const parts: string[] = [];
  for (const [index, { run, from, to }] of runs.entries()) {
    const y = top + index * row;
    parts.push(
      `<rect class="run" x="${x(from)}" y="${y + 4}" width="${Math.max(2, x(to) - x(from))}" height="${row - 8}" rx="3"/>`,
    );
    parts.push(label(LEFT - 8, y + row / 2 + 4, `start ${run}`, "end"));
  }
  for (const [lane, y] of laneY) {
    parts.push(`<line class="lane" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`);
    parts.push(label(LEFT - 8, y + 4, lane.replace(/^(Kafka|HDFS) /, ""), "end"));
  }
  for (const { step, second } of shown) {
    const y = step === undefined ? undefined : laneY.get(`${step.service} ${step.kind}`);
    if (step === undefined || y === undefined) continue;
    const hover = `<title>${escapeHtml(`${second.toFixed(2)} s, start ${step.run}: ${step.kind} ${step.phase} ${step.detail}`)}</title>`;
    const theme = step.service === "Kafka" ? "kafka" : "hdfs";
    parts.push(
      step.phase === "request"
        ? `<rect class="${theme}" x="${x(second) - 1.5}" y="${y - 7}" width="3" height="14">${hover}</rect>`
        : `<circle class="${theme} answer" cx="${x(second)}" cy="${y}" r="3.5">${hover}</circle>`,
    );
  }
  parts.push(...faults(shown, x, height, isNear), ...axis(view, x, height));
  return `<div class="picture"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="timeline">${parts.join("")}</svg></div>`;
}

/** Red lines; the names of faults that are near each other stand one below the other, the third and later ones by number only. */
function faults(shown: readonly Happening[], x: (second: number) => number, height: number, isNear: boolean): string[] {
  const levels = [-Infinity, -Infinity, -Infinity];
  return shown
    .filter(({ kind }) => kind === "fault")
    .flatMap(({ second, text }) => {
      const at = x(second);
      const words = isNear || text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS - 1)}…`;
      const isLate = at > WIDTH * 0.62;
      const width = words.length * 7.6;
      const [from, to] = isLate ? [at - width, at] : [at, at + width];
      const level = levels.findIndex((end) => from > end + 8);
      if (level !== -1) levels[level] = to;
      const line = `<line class="fault" x1="${at}" x2="${at}" y1="${level === -1 ? 46 : 8 + level * 15}" y2="${height - 28}"/>`;
      if (level === -1) return [line];
      return [
        line,
        `<text class="fault" x="${isLate ? at - 5 : at + 5}" y="${18 + level * 15}" text-anchor="${isLate ? "end" : "start"}">${escapeHtml(words)}</text>`,
      ];
    });
}

function axis(view: View, x: (second: number) => number, height: number): string[] {
  const span = view.to - view.from;
  const step = [0.5, 1, 2, 5, 10, 20].find((size) => span / size <= 12) ?? 60;
  const marks: string[] = [];
  for (let second = Math.ceil(view.from / step) * step; second <= view.to; second += step)
    marks.push(label(x(second), height - 8, `${Number(second.toFixed(1))} s`, "middle"));
  return marks;
}

function label(x: number, y: number, text: string, anchor: "end" | "middle"): string {
  return `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}

/** When each start of the program lived, as far as it is in view. */
function runsIn(happenings: readonly Happening[], view: View): { run: number; from: number; to: number }[] {
  const starts = happenings.filter(({ kind }) => kind === "started");
  return starts.flatMap(({ run, second }) => {
    const end = happenings.find((one) => one.kind === "ended" && one.run === run)?.second ?? view.to;
    const [from, to] = [Math.max(second, view.from), Math.min(end, view.to)];
    return from < to ? [{ run, from, to }] : [];
  });
}

const { light, dark } = themes;

/** A colour for light pages and one for dark ones. */
function either(onLight: string, onDark: string): string {
  return `light-dark(${onLight}, ${onDark})`;
}

const INK = either(light.ink, dark.ink);
const GROUND = either("#fff", "#16181d");
const LINE = either("#d8dbe0", "#3a3f49");
const RUN = either("#e4e8ef", "#303744");
const KAFKA = either(light.accent, dark.accent);
const HDFS = either(light.good, dark.good);
const BAD = either(light.bad, dark.bad);
const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; color: ${INK}; background: ${GROUND}; max-width: 1160px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.verdict { font-size: 1.15rem; color: ${BAD}; }
.picture { overflow-x: auto; } svg { min-width: 900px; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: ${INK}; }
.run { fill: ${RUN}; stroke: ${LINE}; } .lane { stroke: ${LINE}; }
rect.kafka { fill: ${KAFKA}; } rect.hdfs { fill: ${HDFS}; }
circle.answer { fill: ${GROUND}; stroke-width: 1.5; } circle.kafka { stroke: ${KAFKA}; } circle.hdfs { stroke: ${HDFS}; }
line.fault { stroke: ${BAD}; stroke-width: 1.5; } svg text.fault { fill: ${BAD}; font-weight: 600; }
table { border-collapse: collapse; } td, th { border: 1px solid ${LINE}; padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; font-size: 0.9rem; }
pre { overflow-x: auto; border: 1px solid ${LINE}; padding: 0.6rem; font-size: 0.85rem; }
`;
