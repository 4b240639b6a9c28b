/** The workflows that GitHub would run: they cannot be run here, but they follow GitHub's schema, and call what there is. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { projectFolder } from "../lib/src/stack/index.ts";

const project = projectFolder();
const workflows = globSync(".github/workflows/*.{yml,yaml}", { cwd: project }).sort();
const schema = JSON.parse(
  readFileSync(join(project, "test", "fixtures", "github-workflow.schema.json"), "utf8"),
) as object;
const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

const follows = (workflow: unknown): unknown[] => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  validate(workflow);
  return validate.errors ?? [];
};

test("the schema refuses what GitHub would refuse", () => {
  assert.notDeepEqual(follows({ on: "push", jobs: { build: { steps: [{ run: "true" }] } } }), [], "no runs-on");
  assert.notDeepEqual(follows({ on: "pushed", jobs: { build: { "runs-on": "x", steps: [] } } }), [], "no such event");
});

for (const file of workflows) {
  const text = readFileSync(join(project, file), "utf8");

  test(`${file} follows the schema of GitHub workflows`, () => {
    assert.deepEqual(follows(parse(text)), []);
  });

  test(`${file} calls scripts that package.json has`, () => {
    for (const [, name = ""] of text.matchAll(/npm run ([\w-]+)/g))
      assert.ok(scripts[name] !== undefined, `npm run ${name}`);
  });
}

test("the workflow that publishes the guide is there", () => {
  assert.ok(workflows.includes(".github/workflows/blog.yml"));
});
