import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { jarsFolder } from "../../../../setup/paths.mjs";
import { needs } from "../fetch/needs-for-test.ts";
import { up } from "../commands/up.ts";

test(
  "a master that is none, or YARN that is not started, is named before anything starts",
  await needs("spark"),
  async () => {
    const home = await mkdtemp(join(tmpdir(), "streambook-master-"));
    const environment = {
      ...process.env,
      STREAMBOOK_HOME: home,
      STREAMBOOK_JARS: jarsFolder(),
      STREAMBOOK_PORTS: "free",
    };
    const before = process.env["STREAMBOOK_SPARK_MASTER"];
    try {
      for (const [master, code] of [
        ["cluster", "USAGE"],
        ["local[0]", "USAGE"],
        ["spark://host", "USAGE"],
        ["yarn", "STACK_DOWN"],
      ] as const) {
        process.env["STREAMBOOK_SPARK_MASTER"] = master;
        const said: string[] = [];
        const onProgress = ({ message }: { readonly message: string }): void => void said.push(message);
        await assert.rejects(up({ services: ["spark"], environment, onProgress }), { code });
        assert.deepEqual(
          said.filter((message) => /: starting/.test(message)),
          [],
          master,
        );
      }
    } finally {
      if (before === undefined) delete process.env["STREAMBOOK_SPARK_MASTER"];
      else process.env["STREAMBOOK_SPARK_MASTER"] = before;
      await rm(home, { recursive: true, force: true });
    }
  },
);
