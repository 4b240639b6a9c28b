/** The bundled mapper and reducer as Hadoop Streaming calls them: processes with pipes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { Bundle } from "../bundle/index.ts";
import { isStreambookError } from "../errors/index.ts";
import { bundleJob, type Side } from "./bundle.ts";
import { TASK_ERROR } from "./task.ts";
import type { OrderLine } from "./order-job-for-test.ts";

let bundle: Bundle<Side>;
before(async () => {
  bundle = await bundleJob(new URL("./order-job-for-test.ts", import.meta.url));
});
after(() => bundle.remove());

async function run(
  file: string,
  input: string | Buffer,
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {}); // a task that fails does not read on
  child.stdin.end(input);
  const [output, errors] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return { code: child.exitCode, output: output.toString("utf8"), errors };
}

const record = (group: string, number: number, value = ""): OrderLine => ({ group, text: "t", number, value });
const line = (each: OrderLine): string => `${JSON.stringify(each)}\n`;

test("a mapper writes a line for each record, and its counters at the end", async () => {
  const { code, output, errors } = await run(bundle.files.mapper, line(record("a\tb", 1)) + line(record("", -2)));
  assert.equal(code, 0);
  assert.deepEqual(
    output.split("\n").map((each) => each.split("\t").slice(0, 3)),
    [["=a\\tb", "=t", "1"], ["=", "=t", "-2"], [""]],
  );
  assert.equal(errors, "reporter:counter:order,lines,2\n");
});

test("a reducer gives back what the mapper was given, a line of 10 MB too", async () => {
  const lines = [record("a", 1), record("b", 2, "ż\t\n\u2028😀".repeat(1_000_000)), record("c", 3)];
  const mapped = await run(bundle.files.mapper, lines.map(line).join(""));
  const { code, output, errors } = await run(bundle.files.reducer, mapped.output);
  assert.equal(code, 0);
  assert.deepEqual(output, lines.map(line).join(""));
  assert.equal(errors, "reporter:counter:order,groups,3\n");
});

test("a task without input ends well, and says nothing", async () => {
  for (const file of [bundle.files.mapper, bundle.files.reducer])
    assert.deepEqual(await run(file, ""), { code: 0, output: "", errors: "" });
});

test("a line that is not UTF-8 is counted, not repaired", async () => {
  const { errors } = await run(bundle.files.mapper, Buffer.from([0x22, 0xff, 0x22, 0x0a]));
  assert.match(errors, /order,lines not UTF-8,1/);
});

test("a task that throws says why where it can be found, and fails", async () => {
  const { code, errors } = await run(bundle.files.mapper, line(record("a", 1)) + line(record("a", 1, "fail")));
  assert.equal(code, 1);
  const said = errors.split("\n").find((each) => each.startsWith(TASK_ERROR));
  assert.match(JSON.parse(said?.slice(TASK_ERROR.length) ?? '""') as string, /^Error: failed on purpose\n {4}at /);
});

test("a module that cannot be bundled is refused with the reason", async () => {
  await assert.rejects(bundleJob("/no/such/job.ts"), (error) => {
    assert.ok(isStreambookError(error, "USAGE"));
    assert.match(error.message, /no\/such\/job\.ts.*(?:resolve|find|read)/i);
    return true;
  });
});
