/**
 * Who uses the stack at this moment. Each program that does keeps a small file in the home while it runs, so that a run which
 * has started the services does not take them away from the others.
 */
import { rmSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { allExternal } from "../addresses.ts";
import { openHome, openLayout, type Layout } from "../layout.ts";
import { type Holder, setupModule } from "../../project/index.ts";
import { writeAtomically } from "../state.ts";

/** A program that uses the stack. */
export type StackUser = Holder;

let count = 0;

/**
 * Says that this process uses the stack, until it is disposed or the process ends. Does nothing for a stack that runs elsewhere.
 *
 * @param what how the user called it: "streambook consume"
 */
export async function useStack(what: string, environment: NodeJS.ProcessEnv = process.env): Promise<AsyncDisposable> {
  if (allExternal(environment)) return { [Symbol.asyncDispose]: async () => undefined };
  const { holderOf } = await setupModule("lock");
  const layout = openLayout(environment);
  await openHome(layout);
  const file = join(usersFolder(layout), `${process.pid}-${++count}.json`);
  const forget = (): void => rmSync(file, { force: true });
  await writeAtomically(file, JSON.stringify(holderOf(what)));
  process.once("exit", forget);
  return {
    async [Symbol.asyncDispose]() {
      process.off("exit", forget);
      await rm(file, { force: true });
    },
  };
}

/**
 * The programs that use a stack. What killed ones have left is removed.
 *
 * @param leaving process that does not count @default this one
 */
export async function stackUsers(
  environment: NodeJS.ProcessEnv = process.env,
  leaving: number = process.pid,
): Promise<StackUser[]> {
  const layout = openLayout(environment);
  const { lives } = await setupModule("lock");
  const users: StackUser[] = [];
  for (const name of await readdir(usersFolder(layout)).catch(() => [])) {
    if (!/^\d+-\d+\.json$/.test(name)) continue; // just being written, or a lock
    const file = join(usersFolder(layout), name);
    const user = await readUser(file);
    if (user === undefined || !lives(user)) await rm(file, { force: true });
    else if (user.pid !== leaving) users.push(user);
  }
  return users.sort((a, b) => a.since.localeCompare(b.since));
}

async function readUser(file: string): Promise<StackUser | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as StackUser;
  } catch {
    return undefined;
  }
}

/** The folder of the users' files, and of the locks of what runs call their own. */
export function usersFolder({ home }: Layout): string {
  return join(home, "users");
}

/** The users for a message: "`streambook consume` (process 12)". */
export function describeUsers(users: readonly StackUser[]): string {
  return users.map(({ what, pid }) => `\`${what}\` (process ${pid})`).join(", ");
}
