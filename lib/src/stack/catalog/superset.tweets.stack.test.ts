/** Superset as it is started: the password of this set-up and no other, its first database, and one of another version. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { promisify } from "node:util";
import { status } from "../commands/status.ts";
import { needs } from "../fetch/needs-for-test.ts";
import { findEnvironment, pythonIn } from "../fetch/places.ts";
import { addresses, credentials } from "../index.ts";
import { openLayout } from "../layout.ts";
import { service } from "./index.ts";

suite("Superset", await needs("superset"), () => {
  let address = "";
  let password = "";
  before(async () => {
    address = (await addresses()).dashboards ?? "";
    ({ password = "" } = await credentials("superset"));
  });

  const login = (given: string): Promise<Response> =>
    fetch(`${address}/api/v1/security/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: given, provider: "db", refresh: false }),
    });

  test("the password of this set-up opens it, no other does, and nobody sees anything without", async () => {
    const answer = await login(password);
    assert.equal(answer.status, 200);
    const { access_token: token = "" } = (await answer.json()) as { access_token?: string };
    for (const wrong of ["admin", "", `${password}x`]) assert.notEqual((await login(wrong)).status, 200, wrong);
    const charts = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${address}/api/v1/chart/`, { headers });
    assert.equal((await charts({})).status, 401);
    assert.equal((await charts({ authorization: `Bearer ${token}` })).status, 200);
  });

  test("the list of services shows the password, and the memory of all its processes", async () => {
    const shown = (await status()).find(({ name }) => name === "superset");
    assert.deepEqual(shown?.secrets, { "password of admin": password });
    assert.match(shown.runtime ?? "", /^Python 3\.1/);
    assert.ok((shown.memory ?? 0) > 100e6, `${shown.memory}`);
  });

  /** Prepares a database in a folder of its own, as a start does. */
  async function prepare(folder: string, given: string): Promise<void> {
    const { conf, data, cache } = openLayout();
    const { program } = service("superset");
    assert.ok(program.kind === "python");
    const settings = await readFile(join(conf, "superset", "superset_config.py"), "utf8");
    const file = join(folder, "superset_config.py");
    await writeFile(file, settings.replace(`${data}/superset`, folder));
    await writeFile(join(folder, "session.key"), "a-session-key-of-this-test-alone-0123456789");
    const python = pythonIn((await findEnvironment(program.packages, cache)) ?? "");
    const environment = { SUPERSET_CONFIG_PATH: file, SUPERSET_HOME: folder, SUPERSET_ADMIN_PASSWORD: given };
    await promisify(execFile)(python, [join(conf, "superset", "prepare.py")], {
      env: { ...process.env, ...environment },
      maxBuffer: 64 << 20,
    });
  }

  test("a database of a version that is not known is kept, and named", async () => {
    const folder = await mkdtemp(join(tmpdir(), "streambook-superset-"));
    try {
      const database = join(folder, "superset.db");
      const ask =
        "import sqlite3,sys; c=sqlite3.connect(sys.argv[1], isolation_level=None); print([list(c.execute(q)) for q in sys.argv[2:]])";
      const run = (...statements: string[]) => promisify(execFile)("python3", ["-c", ask, database, ...statements]);
      await run("CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('from_later')");
      await assert.rejects(prepare(folder, "a-password"), (error: { stderr: string }) => {
        assert.match(error.stderr, /^Error: .*superset\.db was made by another version of Superset.*from_later/m);
        return true;
      });
      assert.match((await run("SELECT * FROM alembic_version")).stdout, /\('from_later',\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
