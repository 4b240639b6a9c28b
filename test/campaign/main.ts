/**
 * `npm run campaign -- kills|services|network|disk`: random faults on the whole pipeline, from a seed, on a stack of its own. At the end
 * every message must be one row, and every text the same.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CORE_JAVA, findJavaFor } from "../../setup/java/java.mjs";
import { dieWithParent, onInterruption, outliveOutput } from "../../lib/bin/signals.mjs";
import { reachDirectly } from "../../lib/src/address/index.ts";
import { describeError } from "../../lib/src/cli/hints.ts";
import { exitCodeOf, isStreambookError } from "../../lib/src/errors/index.ts";
import { formatSeconds } from "../../lib/src/format/index.ts";
import { CORE, down, resolveServices, startGuardian, up, useStack } from "../../lib/src/stack/index.ts";
import { noAddresses } from "../../lib/src/stack/own-services-for-test.ts";
import { jarsFolder } from "../../setup/paths.mjs";
import { campaign, lastLine, VICTIMS } from "./campaign.ts";
import { inOwnNamespace, SmallDisk } from "./disk.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { writeCampaign } from "./report.ts";

/** Says that it runs in a namespace of its own by now. */
const INSIDE = "--inside";
/** Longest wait for a service, in milliseconds: a machine that has much else to do is no reason to give up. */
const LONGEST_START = 600_000;

outliveOutput();
const given = process.argv.slice(2);
const isInside = given.at(-1) === INSIDE;
const stop = new AbortController();
try {
  const options = parseOptions(isInside ? given.slice(0, -1) : given);
  if (options.kind === "disk" && !isInside) {
    const seeded = given.includes("--seed") ? given : [...given, "--seed", String(options.seed)];
    process.exit(inOwnNamespace([fileURLToPath(import.meta.url), ...seeded, INSIDE]));
  }
  dieWithParent();
  onInterruption(
    () => {
      console.error(
        "\ncampaign: ending its services … (Ctrl-C again ends at once; then they are ended in the background)",
      );
      stop.abort(new DOMException("stopped by the user", "AbortError"));
    },
    () => process.exit(130),
  );
  process.exitCode = await run(options);
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else {
    console.error(isStreambookError(error) ? `campaign: ${describeError(error, () => false)}` : error);
    if (isStreambookError(error, "USAGE")) console.error(USAGE);
    process.exitCode = exitCodeOf(error);
  }
}
process.exit();

/** Runs a campaign on a stack of its own. @returns the exit code */
async function run(options: Options): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "streambook-campaign-"));
  reachDirectly();
  const jars = jarsFolder();
  for (const name of Object.keys(noAddresses())) delete process.env[name];
  Object.assign(process.env, { STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars, STREAMBOOK_PORTS: "free" });
  const { kind, seed, brokers, output } = options;
  console.log(`campaign ${kind}, seed ${seed}`);
  const guardian = await startGuardian({ services: "all", remove: [home] });
  const mounted: SmallDisk[] = [];
  try {
    const disks =
      kind === "disk"
        ? { kafka: await SmallDisk.mount("kafka"), datanode: await SmallDisk.mount("datanode") }
        : undefined;
    if (disks !== undefined) mounted.push(...Object.values(disks));
    const nodes = resolveServices([brokers === 1 ? "kafka" : "brokers"]);
    const services = kind === "services" ? [CORE, "metastore", ...nodes] : [CORE, ...nodes];
    await up({ services, signal: stop.signal, timeout: LONGEST_START });
    await using _user = await useStack(`npm run campaign -- ${kind}`);
    const outcome = await campaign({
      ...options,
      ...{ id: `${kind}-${seed}`, services, disks, victims: [...nodes, ...VICTIMS], signal: stop.signal },
      watch: (pid) => guardian.watch(pid),
      say: (line) => console.log(line),
    });
    await writeCampaign(outcome, output, (await findJavaFor(CORE_JAVA)).found?.version ?? null);
    console.log(`report ${join(output, "report.html")}; ${formatSeconds(outcome.seconds)}`);
    console.log(`campaign ${kind}, seed ${seed}: ${lastLine(outcome)}`);
    return outcome.failures.length === 0 ? 0 : 1;
  } finally {
    await down({}).catch((error: unknown) => console.error(error));
    for (const disk of mounted) await disk.unmount().catch((error: unknown) => console.error(error));
    await guardian[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}
