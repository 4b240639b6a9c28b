import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { test } from "node:test";
import { promisify } from "node:util";
import { hadoopUser, systemUser } from "./index.ts";

test("the services know the user by HADOOP_USER_NAME, or by the system's name", () => {
  assert.equal(systemUser(), userInfo().username);
  assert.equal(hadoopUser({ HADOOP_USER_NAME: "ada" }), "ada");
  assert.equal(hadoopUser({ HADOOP_USER_NAME: "" }), userInfo().username);
});

test(
  "a user number without a name stands for itself",
  { skip: process.getuid?.() !== 0 && "only root may become one" },
  async () => {
    const code = `
    process.setuid(4_000_242);
    const { hadoopUser } = await import(${JSON.stringify(new URL("./user.ts", import.meta.url).href)});
    console.log(hadoopUser({}));`;
    const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", code];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    assert.equal(stdout.trim(), "uid4000242");
  },
);
