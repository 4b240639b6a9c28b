import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectFolder } from "../stack/index.ts";
import { COURSE } from "./course.ts";
import { FLOWS, pipelineDiagram, STATIONS } from "./pipeline.ts";

const names = STATIONS.map(({ name }) => name);

test("what flows goes from a station to another one, and every station is on the way", () => {
  for (const { from, to } of FLOWS) assert.ok(names.includes(from) && names.includes(to), `${from} to ${to}`);
  for (const name of names)
    assert.ok(
      FLOWS.some(({ from, to }) => from === name || to === name),
      name,
    );
});

test("neighbours in the picture are those between which something flows: no arrow crosses a box", () => {
  const at = new Map(STATIONS.map((station) => [station.name, station]));
  for (const { from, to } of FLOWS) {
    const [a, b] = [at.get(from), at.get(to)];
    const steps = Math.abs((a?.column ?? 9) - (b?.column ?? 0)) + Math.abs((a?.row ?? 9) - (b?.row ?? 0));
    assert.equal(steps, 1, `${from} to ${to}`);
  }
});

test("the lessons are about stations of the picture, and every station but the last has its lesson", () => {
  const taught = new Set(COURSE.flatMap(({ stations }) => stations));
  assert.deepEqual(
    [...taught].filter((name) => !names.includes(name)),
    [],
  );
  assert.deepEqual(
    names.filter((name) => !taught.has(name)),
    [],
  );
});

test("README's picture has the same stations", () => {
  const picture =
    /^```\ndata\/texts[^]*?^```/m.exec(readFileSync(join(projectFolder(), "README.md"), "utf8"))?.[0] ?? "";
  for (const word of [...names, "log"]) {
    const said = { YARN: "MapReduce", Texts: "rebuilt texts" }[word] ?? word;
    assert.ok(picture.toLowerCase().includes(said.toLowerCase()), `${said} is not in README's picture`);
  }
});

test("a station shows the detail that it is given", () => {
  const { layout } = pipelineDiagram({ Kafka: "127.0.0.1:9092" });
  assert.match(JSON.stringify(layout["annotations"]), /<b>Kafka<\/b><br>127\.0\.0\.1:9092/);
});
