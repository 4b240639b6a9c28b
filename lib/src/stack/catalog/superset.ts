/** Superset: dashboards over SQL. Its own database is a file; what its charts show comes from Trino. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey } from "../fetch/cache.ts";
import { requirementsOf } from "../fetch/places.ts";
import { projectFile } from "../../project/index.ts";
import type { Place, Preparation, PythonPackages, Service } from "../service.ts";
import { writeAtomically } from "../state.ts";

const packages: PythonPackages = {
  name: "superset",
  megabytes: 850,
  python: { lowest: "3.10", highest: "3.12" },
  sources: readFileSync(projectFile("stack", "superset", "sources.txt"), "utf8")
    .split("\n")
    .filter(Boolean),
};

export default {
  name: "superset",
  title: "Superset",
  does: "dashboards whose charts are SQL on Trino",
  profile: "tweets",
  rank: 110,
  program: {
    kind: "python",
    packages,
    // one worker is enough for one user, and each takes as much memory again
    arguments: (at) => [
      ...["-m", "gunicorn", "--workers", "1", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"],
      "--no-control-socket", // it would be in the user's home, the same for all set-ups
      ...["--bind", `${at.bind}:${at.port("web")}`, "superset.app:create_app()"],
    ],
    environment: (at) => ({
      SUPERSET_CONFIG_PATH: join(configuration(at), "superset_config.py"),
      SUPERSET_HOME: storage(at),
      SCARF_ANALYTICS: "false", // its pages would call a counter of visitors
    }),
  },
  ports: { web: 8089 },
  page: "web",
  needs: ["trino"],
  after: [],
  memory: 360,
  stopTimeout: 10,
  addresses: { dashboards: { variable: "STREAMBOOK_SUPERSET", port: "web", scheme: "http" } },
  secrets: {
    password: { title: "password of admin", variable: "STREAMBOOK_SUPERSET_PASSWORD", length: 20 },
  },
  asked: "dashboards",
  answers: async (address, signal) => {
    const response = await fetch(`${address}/health`, { signal });
    return response.ok && (await response.text()) === "OK";
  },
  configuration: ["superset"],
  folders: ["superset"],
  prepare,
  container: { memory: 768, publishes: { port: "web" }, volume: "superset" },
} satisfies Service;

function configuration({ layout }: Place): string {
  return join(layout.conf, "superset");
}

function storage({ layout }: Place): string {
  return join(layout.data, "superset");
}

/**
 * Makes Superset's database, or brings that of an earlier version up to date, and gives the user `admin` the password of this set-up.
 * A mark that is written last says for which version and password that is done.
 */
async function prepare({ at, report, runPython }: Preparation): Promise<void> {
  await makeSessionKey(join(storage(at), "session.key"));
  const mark = join(storage(at), "prepared");
  const wanted = contentKey(await requirementsOf(packages), at.secret("password"));
  if ((await readFile(mark, "utf8").catch(() => "")) === wanted) return;
  report("preparing", "Superset: preparing its database, which takes about a minute", { service: at.name });
  await runPython({
    name: "prepare-superset",
    arguments: [join(configuration(at), "prepare.py")],
    environment: { SUPERSET_ADMIN_PASSWORD: at.secret("password") },
    failure: "Superset's database could not be prepared",
  });
  await writeAtomically(mark, wanted);
}

/** The key by which Superset signs its sessions, and hides the passwords that its database keeps. It must outlive the database's. */
async function makeSessionKey(file: string): Promise<void> {
  const isThere = await readFile(file, "utf8").then(
    (text) => text !== "",
    () => false,
  );
  if (!isThere) await writeAtomically(file, randomBytes(32).toString("base64url"));
}
