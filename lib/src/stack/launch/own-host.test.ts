/** The own name of a machine that nobody knows, as Java sees it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { openLayout } from "../layout.ts";
import { forgetOwnHost, hostsOption, nameOwnHost } from "./own-host.ts";
import { requireJava } from "./java.ts";

const home = await mkdtemp(join(tmpdir(), "streambook-own-host-"));
after(() => rm(home, { recursive: true }));
const layout = openLayout({ STREAMBOOK_HOME: home });
const unknown = (): Promise<never> => Promise.reject(new Error("ENOTFOUND"));
const silent = (): Promise<never> => new Promise(() => {});

test("a name that leads nowhere, to another machine, or to no answer is given to Java in a file", async () => {
  for (const find of [unknown, silent, async () => ({ address: "192.0.2.1" })]) {
    await nameOwnHost(layout, async () => ({ address: "127.0.1.1" }));
    assert.deepEqual(hostsOption(layout), [], "all is well");
    await nameOwnHost(layout, find);
    assert.deepEqual(hostsOption(layout), [`-Djdk.net.hosts.file=${join(home, "conf", "hosts")}`]);
  }
});

const java = await requireJava(process.env);
const skip = !existsSync(join(java.home, "bin", "javac")) && "this Java cannot compile";

test("Java finds this machine by that file", { skip }, async () => {
  await nameOwnHost(layout, unknown);
  const file = join(home, "Own.java");
  const print = "System.out.println(java.net.InetAddress.getLocalHost());";
  await writeFile(file, `class Own { public static void main(String[] arguments) throws Exception { ${print} } }`);
  const options = [...hostsOption(layout), "-Djava.net.preferIPv4Stack=true", file];
  const { stdout } = await promisify(execFile)(java.java, options);
  assert.equal(stdout.trim(), `${hostname()}/127.0.0.1`);
});

test("services that run elsewhere are looked up as the system does", async () => {
  await nameOwnHost(layout, unknown);
  await forgetOwnHost(layout);
  assert.deepEqual(hostsOption(layout), []);
});
