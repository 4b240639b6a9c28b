/** Cassandra as it is started: the password of this set-up and no other, also after a first start that was killed, and after the keys were lost. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type CassandraSession, openCassandra } from "../../cassandra/index.ts";
import { needs } from "../fetch/needs-for-test.ts";
import { addresses, credentials, down, type Guardian, homeFolder, projectFolder, startGuardian, up } from "../index.ts";
import { ownServices } from "../own-services-for-test.ts";

suite("the password of Cassandra", await needs("cassandra"), () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let guardian: Guardian;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook-cassandra-"));
    const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder({}), "jars");
    environment = { ...ownServices(), STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars, STREAMBOOK_PORTS: "free" };
    guardian = await startGuardian({ services: "all", remove: [home] }, environment);
  });
  after(async () => {
    await down({ environment });
    await guardian[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const login = async (user: string, password: string): Promise<CassandraSession> => {
    const { cassandra: address = "" } = await addresses(environment);
    return openCassandra({ address, user, password });
  };
  const password = async (): Promise<string> => (await credentials("cassandra", environment))["password"] ?? "";
  const refused = (user: string, given: string): Promise<void> =>
    assert.rejects(login(user, given), { code: "CASSANDRA_LOGIN" });

  test("is that of the set-up, though the first start was killed; the user that the whole world knows stays out", async () => {
    const command = spawn(process.execPath, [join(projectFolder(), "lib/bin/streambook.mjs"), "up", "cassandra"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environment, NODE_TEST_CONTEXT: undefined },
    });
    let said = "";
    for (const stream of [command.stdout, command.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/setting its password/.test(said)) setTimeout(() => command.kill("SIGKILL"), 4000);
      });
    await once(command, "exit");
    assert.equal(command.signalCode, "SIGKILL", said);
    await up({ services: ["cassandra"], environment });
    await using ours = await login("streambook", await password());
    await ours.execute("CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
    await ours.execute("CREATE TABLE kept.rows (k int PRIMARY KEY)");
    await ours.execute("INSERT INTO kept.rows (k) VALUES (7)");
    await refused("cassandra", "cassandra");
    await refused("streambook", "streambook");
  });

  test("is a new one where the keys were lost: the old one opens nothing any more, and what was stored is there", async () => {
    const old = await password();
    await down({ environment });
    await rm(join(home, "data", "secrets.json"));
    await up({ services: ["cassandra"], environment });
    assert.notEqual(await password(), old);
    await using ours = await login("streambook", await password());
    assert.deepEqual(await ours.query("SELECT k FROM kept.rows"), [{ k: 7 }]);
    await refused("streambook", old);
    await refused("cassandra", "cassandra");
  });
});
