/** `streambook doctor`: looks at everything that must be right, and says for each what to do. */
import { addresses } from "./addresses.ts";
import type { StackOptions } from "./events.ts";
import { openLayout } from "./layout.ts";
import { findServices } from "./processes.ts";
import { complaintOf } from "./readiness.ts";
import { SERVICES } from "./services.ts";
import { setupModule } from "./setup.ts";
import { status } from "./status.ts";

/** One thing that was looked at. */
export interface Finding {
  /** "Java", "jars", "Kafka", … */
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do, when it is not right. */
  readonly remedy: readonly string[];
}

/** Looks at the machine, the packages, the jars, the built library and the services. Changes nothing. */
export async function doctor(options: StackOptions = {}): Promise<Finding[]> {
  const { environment = process.env } = options;
  const layout = openLayout(environment);
  const { jarsProblem } = await setupModule("jars");
  const jars = await jarsProblem(layout.jarsHome);
  // A stack that runs has taken its memory already; one that runs elsewhere takes none here.
  const running = environment["STREAMBOOK_STACK"] === "external" || (await findServices(layout)).size > 0;
  const machine = await requirements(layout.home, jars !== undefined, running, environment);
  return [
    ...machine,
    finding("jars", jars, layout.jarsHome),
    finding("packages", await missingPackage(), "as package-lock.json says"),
    finding("lib/dist", await distProblem(), "newer than its sources"),
    ...(await services(options)),
  ];
}

function finding(name: string, problem: string | undefined, found: string): Finding {
  return {
    name,
    ok: problem === undefined,
    found: problem ?? found,
    remedy: problem === undefined ? [] : ["npm run setup"],
  };
}

async function requirements(
  home: string,
  jarsMissing: boolean,
  stackRunning: boolean,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const { checkRequirements } = await setupModule("requirements");
  const checks = await checkRequirements({ environment, home, jarsMissing, stackRunning });
  return checks.map(({ name, met, found, problem, remedy = [] }) => ({
    name,
    ok: met,
    found: problem ?? found,
    remedy,
  }));
}

async function missingPackage(): Promise<string | undefined> {
  const missing = await (await setupModule("packages")).missingPackage();
  return missing === undefined ? undefined : `${missing} is missing or of another version`;
}

async function distProblem(): Promise<string | undefined> {
  return (await (await setupModule("build")).distIsOld()) ? "a source is newer than the build" : undefined;
}

async function services(options: StackOptions): Promise<Finding[]> {
  const found = await status(options);
  if (found.every(({ state }) => state === "stopped")) {
    return [{ name: "services", ok: true, found: "none runs; `npx streambook up` starts them", remedy: [] }];
  }
  const places = await addresses(options.environment).catch(() => undefined); // processes may run whose addresses are lost
  return Promise.all(
    found.map(async ({ name, state, place }) => {
      const ok = state === "running" || state === "stopped";
      const complaint = ok || places === undefined ? undefined : await complaintOf(name, places, options.signal);
      return {
        name: SERVICES[name].title,
        ok,
        found: place === undefined ? state : `${state} at ${place}`,
        remedy: complaint === undefined ? (REMEDIES[state]?.(name) ?? []) : [complaint],
      };
    }),
  );
}

const REMEDIES: Readonly<Record<string, (name: string) => string[]>> = {
  died: (name) => [`npx streambook logs ${name}   (why it ended)`, "npx streambook up   (starts it again)"],
  silent: (name) => [
    "it may be starting; if it stays so:",
    `npx streambook logs ${name}`,
    "npx streambook down && npx streambook up",
  ],
  unreachable: () => ["start it where it runs, or unset STREAMBOOK_STACK"],
};
