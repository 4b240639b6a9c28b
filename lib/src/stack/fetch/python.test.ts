import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { onPath } from "../../../../setup/paths.mjs";
import { findEnvironment, pythonIn } from "./places.ts";
import { installPackages, requirePython } from "./python.ts";

const python = await requirePython({ name: "this test" }, process.env).catch(() => undefined);
const canMake =
  python !== undefined &&
  (await promisify(execFile)(python.program, ["-c", "import ensurepip, venv"]).then(
    () => true,
    () => false,
  ));
const openssl = onPath("openssl");
const skip =
  (!canMake && "needs Python with venv: apt-get install python3-venv") || (openssl === undefined && "needs openssl");

const NAMES = ["streambook-one", "streambook-two", "streambook-three"];
let folder = "";
let server: Server;
let environment: NodeJS.ProcessEnv = {};
const wheels = new Map<string, Buffer>();
let downloads: string[] = [];
/** A package that does not come. */
let missing: string | undefined;

/** An index of packages, as pip asks it, with three small ones. */
before(async () => {
  if (python === undefined || openssl === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "streambook-python-"));
  for (const name of NAMES) wheels.set(name, await wheelOf(name, python.program));
  wheels.set(SOURCE, await sourceOf(SOURCE, python.program));
  // pip keeps only what came by TLS
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const names = ["-subj", "/CN=127.0.0.1", "-days", "1", "-keyout", key, "-out", certificate];
  await promisify(execFile)(openssl, ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...names]);
  server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
    const [, kind, name = ""] = /^\/(simple|files)\/([\w-]+)/.exec(request.url ?? "") ?? [];
    const wheel = wheels.get(name);
    if (wheel === undefined || (kind === "files" && name === missing)) return void response.writeHead(404).end();
    if (kind === "simple") {
      const href = `/files/${name}/${fileOf(name)}#sha256=${hashOf(wheel)}`;
      return void response.writeHead(200, { "content-type": "text/html" }).end(`<a href="${href}">${fileOf(name)}</a>`);
    }
    downloads.push(name);
    response.writeHead(200, { "content-length": wheel.length, "cache-control": "max-age=3600" }).end(wheel);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  environment = {
    PATH: process.env["PATH"],
    HOME: folder,
    PIP_TRUSTED_HOST: `127.0.0.1:${port}`,
    PIP_INDEX_URL: `https://127.0.0.1:${port}/simple/`,
    PIP_CACHE_DIR: join(folder, "pip"),
  };
});
after(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const fileOf = (name: string): string =>
  `${name.replace("-", "_")}-1.0${name === SOURCE ? ".tar.gz" : "-py3-none-any.whl"}`;
const hashOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** The smallest wheel: one module that says its name. */
async function wheelOf(name: string, program: string): Promise<Buffer> {
  const module = name.replace("-", "_");
  const source = join(folder, "wheels", name);
  const info = join(source, `${module}-1.0.dist-info`);
  await mkdir(info, { recursive: true });
  await writeFile(join(source, `${module}.py`), `NAME = "${name}"\n`);
  await writeFile(join(info, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
  await writeFile(
    join(info, "WHEEL"),
    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  );
  await writeFile(join(info, "RECORD"), "");
  const file = join(folder, "wheels", fileOf(name));
  const zip = `import shutil, sys; shutil.move(shutil.make_archive(sys.argv[1], "zip", sys.argv[2]), sys.argv[1])`;
  await promisify(execFile)(program, ["-c", zip, file, source]);
  return readFile(file);
}

/** A package that is published as source only: what builds it is in the environment, a package that came before. */
const SOURCE = "streambook-source";

async function sourceOf(name: string, program: string): Promise<Buffer> {
  const module = name.replace("-", "_");
  const source = join(folder, "sources", `${module}-1.0`);
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "PKG-INFO"), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
  const builder = `requires = ["setuptools"]\nbuild-backend = "builder"\nbackend-path = ["."]`;
  await writeFile(join(source, "pyproject.toml"), `[build-system]\n${builder}\n`);
  await writeFile(join(source, "builder.py"), BUILDER.replaceAll("MODULE", module));
  const archive = `import shutil, sys; print(shutil.make_archive(sys.argv[1], "gztar", sys.argv[2], sys.argv[3]))`;
  const { stdout } = await promisify(execFile)(program, [
    "-c",
    archive,
    join(folder, "sources", name),
    join(folder, "sources"),
    `${module}-1.0`,
  ]);
  return readFile(stdout.trim());
}

const BUILDER = `
import streambook_one, zipfile

def build_wheel(folder, settings=None, metadata=None):
    info = "MODULE-1.0.dist-info"
    files = {
        "MODULE.py": "BUILT_BY = '" + streambook_one.NAME + "'\\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: MODULE\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(f"{folder}/MODULE-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "MODULE-1.0-py3-none-any.whl"
`;

const requirements = (hash = hashOf): string[] =>
  NAMES.map((name) => `${name}==1.0 --hash=sha256:${hash(wheels.get(name) ?? Buffer.alloc(0))}`);

test("packages are installed once, and packages that came before a failure do not come again", { skip }, async () => {
  const cache = join(folder, "cache");
  const packages = { name: "three", megabytes: 1, requirements: requirements() };
  downloads = [];
  missing = "streambook-three";
  await assert.rejects(installPackages(packages, { cache, environment }), {
    message: /pip cannot install the packages of three/,
  });
  assert.equal(await findEnvironment(packages, cache), undefined);
  assert.deepEqual(
    (await readdir(join(cache, "python"))).filter((name) => !name.endsWith(".lock")),
    [],
    "nothing half made is left",
  );
  missing = undefined;
  const place = await installPackages(packages, { cache, environment });
  assert.deepEqual(downloads, NAMES, "each came once");
  const program = "import streambook_one, streambook_three; print(streambook_one.NAME, streambook_three.NAME)";
  const { stdout } = await promisify(execFile)(pythonIn(place), ["-c", program]);
  assert.equal(stdout.trim(), "streambook-one streambook-three");
  assert.equal(await installPackages(packages, { cache, environment: { PATH: "/nowhere" } }), place, "nobody is asked");
});

test("a package that has only its source is built by what was recorded", { skip }, async () => {
  const cache = join(folder, "source");
  const sources = [`${SOURCE}==1.0 --hash=sha256:${hashOf(wheels.get(SOURCE) ?? Buffer.alloc(0))}`];
  const packages = { name: "built", megabytes: 1, requirements: requirements(), sources };
  downloads = [];
  const place = await installPackages(packages, { cache, environment });
  const { stdout } = await promisify(execFile)(pythonIn(place), [
    "-c",
    "import streambook_source as s; print(s.BUILT_BY)",
  ]);
  assert.equal(stdout.trim(), "streambook-one");
  assert.ok(!downloads.includes("setuptools"), "pip fetches nothing to build with");
  const { sources: _, ...without } = packages;
  assert.equal(await findEnvironment(without, cache), undefined, "they are part of the name");
  const wrong = { ...packages, sources: [`${SOURCE}==1.0 --hash=sha256:${"0".repeat(64)}`] };
  await assert.rejects(installPackages(wrong, { cache, environment }), { code: "SETUP_MISSING" });
});

test("two who want the same packages at once get one environment", { skip }, async () => {
  const cache = join(folder, "both");
  const packages = { name: "two", megabytes: 1, requirements: requirements() };
  const places = await Promise.all([1, 2].map(() => installPackages(packages, { cache, environment })));
  assert.equal(places[0], places[1]);
});

test("an environment whose Python is gone is made anew", { skip }, async () => {
  const cache = join(folder, "gone");
  const packages = { name: "gone", megabytes: 1, requirements: requirements() };
  const place = await installPackages(packages, { cache, environment });
  await unlink(pythonIn(place));
  await symlink("/nowhere/python3", pythonIn(place));
  assert.equal(await findEnvironment(packages, cache), undefined);
  assert.equal(await installPackages(packages, { cache, environment }), place);
  await promisify(execFile)(pythonIn(place), ["-c", "import streambook_two"]);
});

test("a package with another hash is refused", { skip }, async () => {
  const cache = join(folder, "wrong");
  const packages = { name: "wrong", megabytes: 1, requirements: requirements(() => "0".repeat(64)) };
  await assert.rejects(installPackages(packages, { cache, environment }), {
    code: "SETUP_MISSING",
    message: /Expected sha256 0{64}/,
  });
});

test("a folder that holds other things is no cache", { skip }, async () => {
  const packages = { name: "three", megabytes: 1, requirements: requirements() };
  await assert.rejects(installPackages(packages, { cache: folder, environment }), {
    code: "NOT_OURS",
    message: /STREAMBOOK_CACHE is .*, which holds things that are not streambook's/,
  });
});

test("without a Python that fits, the message says which is needed, what there is, and what installs one", async () => {
  const search = requirePython({ name: "superset", python: { lowest: "3.90", highest: "3.91" } }, process.env);
  await assert.rejects(search, {
    code: "SETUP_MISSING",
    message: /^superset needs Python 3\.90 to 3\.91, and [^]*apt-get install -y python3 python3-venv/,
  });
});
