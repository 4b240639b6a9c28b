/** The metastore as a service of its own: HiveServer2 uses it when it runs, and the tables of before are still there. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { jarsFolder } from "../../../../setup/paths.mjs";
import { openHive } from "../../hive/index.ts";
import { type Guardian, startGuardian } from "../commands/guardian.ts";
import { reset } from "../commands/reset.ts";
import { status } from "../commands/status.ts";
import { up } from "../commands/up.ts";
import { needs } from "../fetch/needs-for-test.ts";
import { ownServices } from "../own-services-for-test.ts";

suite("the metastore", await needs("metastore"), () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let guardian: Guardian;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook-metastore-"));
    const rest = ownServices();
    environment = { ...rest, STREAMBOOK_HOME: home, STREAMBOOK_JARS: jarsFolder(), STREAMBOOK_PORTS: "free" };
    guardian = await startGuardian({ services: "all", remove: [home] }, environment);
  });
  after(async () => {
    await reset({ environment });
    await rm(home, { recursive: true, force: true });
    await guardian[Symbol.asyncDispose]();
  });

  test("takes over the tables that HiveServer2 had made, and gives them back", async () => {
    const tables = async (): Promise<unknown[]> => {
      const { addresses } = await up({ services: ["hive"], environment });
      await using hive = await openHive({ address: addresses.hive });
      return await hive.query("SHOW TABLES");
    };
    const { addresses } = await up({ services: ["hive"], environment });
    {
      await using hive = await openHive({ address: addresses.hive });
      await hive.execute("CREATE TABLE kept (word STRING)");
    }
    await up({ services: ["metastore"], environment });
    const running = await status({ environment });
    assert.equal(running.find(({ name }) => name === "metastore")?.state, "running");
    assert.match(running.find(({ name }) => name === "metastore")?.runtime ?? "", /^Java \d+/);
    assert.equal(running.find(({ name }) => name === "hiveserver2")?.state, "running", "it was started again");
    assert.equal((await tables()).length, 1);
  });
});
