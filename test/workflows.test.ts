/** The workflows that GitHub would run: they cannot be run here, but they follow GitHub's schema, and call what there is. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
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

for (const file of workflows) {
  const { on } = parse(readFileSync(join(project, file), "utf8")) as { on: { push?: { paths?: readonly string[] } } };

  test(`${file} begins when files change that are there`, () => {
    const dead = (on.push?.paths ?? []).filter((pattern) => globSync(pattern, { cwd: project }).length === 0);
    assert.deepEqual(dead, []);
  });
}

test("the workflow of VS Code begins when anything changes that only its tests use", () => {
  const text = readFileSync(join(project, ".github", "workflows", "vscode.yml"), "utf8");
  const { paths } = (parse(text) as { on: { push: { paths: readonly string[] } } }).on.push;
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file) || !file.startsWith("test/")) return;
    seen.add(file);
    const source = readFileSync(join(project, file), "utf8");
    for (const [, target = ""] of source.matchAll(/from "(\.[^"]+)"/g)) visit(posix.join(posix.dirname(file), target));
  };
  visit("test/vscode/main.ts");
  visit("test/vscode.test.ts");
  assert.ok(seen.size >= 3);
  assert.deepEqual(
    [...seen].filter((file) => !paths.some((pattern) => posix.matchesGlob(file, pattern))),
    [],
  );
});

test("the workflow that publishes the guide is there", () => {
  assert.ok(workflows.includes(".github/workflows/blog.yml"));
});
