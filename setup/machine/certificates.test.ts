/** A network with a certificate authority of its own, made here: npm, pip and Maven's Java against a server that it vouches for. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { after, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { createBoard } from "../board.mjs";
import { authorityProblem, givenAuthorities, keyStore, trustProblem, withTrust } from "./certificates.mjs";
import { npmEnvironment, pythonEnvironment } from "./environment.mjs";
import { findJava } from "../java/java.mjs";
import { resolveJars } from "../java/jars.mjs";
import { type Environment, onPath, PROJECT } from "../paths.mjs";
import { run } from "../run.mjs";

const missing = ["openssl"].filter((name) => onPath(name) === undefined);
const skip = missing.length > 0 && `${missing.join(", ")} is not installed`;
const folder = await mkdtemp(join(tmpdir(), "streambook-certificates-"));
const authority = join(folder, "authority.pem");
let server: Server | undefined;
let asked: string[] = [];
let address = "";

before(async () => {
  if (skip) return;
  const openssl = (...given: string[]) => promisify(execFile)("openssl", given, { cwd: folder });
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const root = [
    "-x509",
    "-days",
    "2",
    "-subj",
    "/CN=Authority of a test",
    "-keyout",
    "authority.key",
    "-out",
    authority,
  ];
  await openssl("req", ...fresh, ...root);
  await openssl("req", ...fresh, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr");
  await writeFile(join(folder, "names"), "subjectAltName=DNS:localhost\n");
  const signed = ["-CA", authority, "-CAkey", "authority.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  await openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.pem");
  const [key, cert] = await Promise.all(["server.key", "server.pem"].map((name) => readFile(join(folder, name))));
  server = createServer({ key, cert }, (request, response) => {
    asked.push(String(request.url));
    if (request.url?.startsWith("/-/ping") === true) response.end("{}");
    else if (request.url === "/book.txt") response.end("Call me Ishmael.\n");
    else response.writeHead(404).end();
  });
  await once(server.listen(0, "localhost"), "listening");
  address = `https://localhost:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (asked = []));
after(async () => {
  server?.close().closeAllConnections();
  await rm(folder, { recursive: true });
});

/** The environment without what this machine's own network has in it. */
function environment(more: Environment = {}): Environment {
  const own = [
    "STREAMBOOK_CA",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
  ];
  const others = Object.entries(process.env).filter(([name]) => !own.includes(name) && !/^PIP_FIND/.test(name));
  return { ...Object.fromEntries(others), ...more };
}

const variables = ["STREAMBOOK_CA", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

test("npm trusts the authority that a variable names, and no other", { skip }, async () => {
  const ping = (env: Environment): ReturnType<typeof run> => {
    const given = ["ping", "--fetch-retries=0", `--registry=${address}/`, `--cache=${join(folder, "npm")}`];
    return withTrust(env, ({ npm }) =>
      run([onPath("npm") ?? "npm", ...given], { env: { ...npmEnvironment(env), ...npm }, cwd: folder }),
    );
  };
  const { code, lines } = await ping(environment());
  assert.notEqual(code, 0);
  assert.match(trustProblem("npm does not trust it", lines)?.message ?? lines.join("\n"), /STREAMBOOK_CA=/);
  for (const variable of variables) {
    const trusted = await ping(environment({ [variable]: authority }));
    assert.equal(trusted.code, 0, trusted.lines.join("\n"));
  }
  assert.equal(asked.length, variables.length);
});

const python = onPath("python3");
test(
  "pip trusts the authority, and says so where it does not",
  { skip: skip || (python === undefined && "no Python") },
  async (context) => {
    const program = [python ?? "", "-m", "pip"];
    const there = await run([...program, "--version"], { env: pythonEnvironment(environment()) });
    if (there.code !== 0) return context.skip("this Python has no pip");
    const download = (env: Environment): ReturnType<typeof run> => {
      const given = [
        "download",
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--retries=0",
        "--index-url",
        `${address}/simple`,
        "no-such-thing",
      ];
      return withTrust(env, ({ pip }) =>
        run([...program, ...given], {
          env: { ...pythonEnvironment(env), ...pip, PIP_CONFIG_FILE: "/dev/null" },
          cwd: folder,
        }),
      );
    };
    const { lines } = await download(environment());
    assert.match(trustProblem("pip does not trust it", lines)?.message ?? lines.join("\n"), /STREAMBOOK_CA=/);
    assert.deepEqual(asked, []);
    await download(environment({ STREAMBOOK_CA: authority }));
    assert.deepEqual(asked, ["/simple/no-such-thing/"]);
  },
);

test(
  "Maven trusts the authority, and says so where it does not",
  { skip: skip || (onPath("mvn") === undefined && "no Maven") },
  async () => {
    const settings = join(folder, "settings.xml");
    const mirror = `<mirror><id>mirror</id><mirrorOf>central</mirrorOf><url>${address}/</url></mirror>`;
    const repository = `<localRepository>${join(folder, "repository")}</localRepository>`;
    await writeFile(settings, `<settings>${repository}<mirrors>${mirror}</mirrors></settings>`);
    const resolve = (env: Environment): Promise<unknown> =>
      resolveJars({
        board: createBoard({ stream: { write: () => true } }),
        folder: join(folder, "jars"),
        mavenArguments: ["-s", settings],
        environment: env,
      });
    await assert.rejects(
      resolve(environment()),
      /Java does not trust .* \(PKIX path building failed\).* STREAMBOOK_CA=/,
    );
    assert.deepEqual(asked, []);
    // The mirror has nothing, which only one who trusts it finds out.
    await assert.rejects(
      resolve(environment({ STREAMBOOK_CA: authority })),
      (error: Error) => !/trust/.test(error.message),
    );
    assert.match(asked.join(" "), /maven-dependency-plugin/);
  },
);

test("a text is downloaded from a server that the authority vouches for, and from no other", { skip }, async () => {
  const main = join(PROJECT, "lib", "src", "cli", "main.ts");
  const output = join(folder, "texts");
  const given = ["data", "fetch", `${address}/book.txt`, "--output", output];
  const fetch = (env: Environment): ReturnType<typeof run> =>
    run([process.execPath, "--no-warnings", main, ...given], { env });
  const { code, lines } = await fetch(environment());
  assert.equal(code, 1);
  assert.match(lines.join("\n"), /shows a certificate that is not trusted .*STREAMBOOK_CA=FILE/);
  for (const variable of variables) {
    await rm(output, { recursive: true, force: true });
    const fetched = await fetch(environment({ [variable]: authority }));
    assert.equal(fetched.code, 0, fetched.lines.join("\n"));
  }
  assert.match(await readFile(join(output, "book.txt"), "utf8"), /Ishmael/);
});

test("the key store is one that Java reads, with every certificate in it", async () => {
  const { found } = await findJava();
  const store = join(folder, "store.jks");
  const certificates = rootCertificates.map((pem) => Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
  await writeFile(store, keyStore(certificates));
  const keytool = join(found?.home ?? "", "bin", "keytool");
  const { stdout } = await promisify(execFile)(keytool, ["-list", "-keystore", store, "-storepass", "changeit"]);
  assert.match(stdout, new RegExp(`contains ${certificates.length} entries`));
});

test("without an authority that is named, every tool goes by its own settings; what was made for one is removed", async () => {
  await withTrust({}, async (trust) => assert.deepEqual(trust, { npm: {}, pip: {}, maven: [] }));
  if (skip) return;
  const bundle = await withTrust({ STREAMBOOK_CA: authority }, async ({ npm }) => npm.NODE_EXTRA_CA_CERTS ?? "");
  assert.notEqual(bundle, "");
  await assert.rejects(readFile(bundle), { code: "ENOENT" });
});

test("an empty file, as containers have it without one, names no authority", async () => {
  const file = join(folder, "none.pem");
  await writeFile(file, "");
  assert.equal(await authorityProblem({ STREAMBOOK_CA: file }), undefined);
  assert.deepEqual(await givenAuthorities({ STREAMBOOK_CA: file }), []);
});

test("a file that holds no certificate is named; one of another variable counts for nothing", async () => {
  const file = join(folder, "empty.pem");
  await writeFile(file, "nothing\n");
  for (const wrong of [file, join(folder, "gone.pem"), folder]) {
    assert.match((await authorityProblem({ STREAMBOOK_CA: wrong })) ?? "", /no readable file of certificates/);
    await assert.rejects(givenAuthorities({ STREAMBOOK_CA: wrong }), { name: "SetupProblem" });
    assert.deepEqual(await givenAuthorities({ SSL_CERT_FILE: wrong, STREAMBOOK_CA: "" }), []);
  }
});
