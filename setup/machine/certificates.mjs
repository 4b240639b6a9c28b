// A network with a certificate authority of its own, as companies and universities have: what the user says of it
// (STREAMBOOK_CA; NODE_EXTRA_CA_CERTS and SSL_CERT_FILE, as many tools read them) as npm, Maven's Java and pip take it.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { SetupProblem } from "../problem.mjs";
import { setting } from "../settings.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */

/** The variables that name a file of authorities, each PEM. */
const VARIABLES = /** @type {const} */ (["STREAMBOOK_CA", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"]);

/** The variables by which one of the tools knows such a file already. */
const OTHER_VARIABLES = ["npm_config_cafile", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/** Where systems keep the authorities that they trust: Debian, Fedora, others. */
const SYSTEM_FILES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

const PEM = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * The authorities that the environment names, as PEM. A file of another variable than ours that cannot be read counts for
 * nothing, as with the tools that read it.
 *
 * @param {Environment} [environment]
 * @returns {Promise<string[]>}
 * @throws {SetupProblem} when STREAMBOOK_CA names no file of certificates
 */
export async function givenAuthorities(environment = process.env) {
  const problem = await authorityProblem(environment);
  if (problem !== undefined) throw new SetupProblem(problem);
  const texts = VARIABLES.map((name) => readPem(setting(name, environment)));
  return [...new Set((await Promise.all(texts)).flat())];
}

/**
 * What is wrong with STREAMBOOK_CA, or undefined. An empty file names no authority: containers always have one.
 * @param {Environment} [environment]
 * @returns {Promise<string | undefined>}
 */
export async function authorityProblem(environment = process.env) {
  const file = setting("STREAMBOOK_CA", environment);
  if (!file || (await readPem(file)).length > 0 || (await isEmptyFile(file))) return undefined;
  return `STREAMBOOK_CA names ${file}, which is no readable file of certificates (PEM: \`-----BEGIN CERTIFICATE-----\`)`;
}

/** @param {string} file */
function isEmptyFile(file) {
  return stat(file).then(
    (found) => found.isFile() && found.size === 0,
    () => false,
  );
}

/** @param {string | undefined} file */
async function readPem(file) {
  const text = file ? await readFile(file, "utf8").catch(() => "") : "";
  return text.match(PEM) ?? [];
}

/**
 * How each tool learns whom to trust.
 * @typedef {object} Trust
 * @property {Environment} npm variables
 * @property {Environment} pip variables
 * @property {string[]} maven arguments
 */

/** @type {Trust} */
const AS_USUAL = { npm: {}, pip: {}, maven: [] };

/**
 * Does something with tools that trust the given authorities beside the usual ones. Without given ones they go by their own
 * settings.
 *
 * @template T
 * @param {Environment} environment
 * @param {(trust: Trust) => Promise<T>} operation
 * @returns {Promise<T>}
 */
export async function withTrust(environment, operation) {
  const given = await givenAuthorities(environment);
  if (given.length === 0) return operation(AS_USUAL);
  const folder = await mkdtemp(join(tmpdir(), "streambook-certificates-"));
  try {
    // Each of them trusts what it is given and nothing else, so it is given all.
    const own = OTHER_VARIABLES.map((name) => environment[name]);
    const known = (await Promise.all([...SYSTEM_FILES, ...own].map(readPem))).flat();
    const all = [...new Set([...given, ...known, ...rootCertificates])];
    const bundle = join(folder, "authorities.pem");
    const store = join(folder, "authorities.jks");
    await writeFile(bundle, `${all.join("\n")}\n`);
    await writeFile(store, keyStore(all.map(derOf)));
    return await operation({
      npm: { NODE_EXTRA_CA_CERTS: bundle, npm_config_cafile: bundle }, // an .npmrc's cafile would count alone
      pip: { PIP_CERT: bundle, REQUESTS_CA_BUNDLE: bundle }, // which pip prefers
      maven: hasOwnStore(environment) ? [] : trustStoreOptions(store),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether the user has given Maven's Java a trust store already. @param {Environment} environment */
function hasOwnStore({ MAVEN_OPTS = "", MAVEN_ARGS = "", JAVA_TOOL_OPTIONS = "" }) {
  return [MAVEN_OPTS, MAVEN_ARGS, JAVA_TOOL_OPTIONS].some((options) => options.includes("-Djavax.net.ssl.trustStore="));
}

const PASSWORD = "changeit"; // Java wants one; what is in the store is public

/** @param {string} store */
function trustStoreOptions(store) {
  const settings = { trustStore: store, trustStoreType: "JKS", trustStorePassword: PASSWORD };
  return Object.entries(settings).map(([name, value]) => `-Djavax.net.ssl.${name}=${value}`);
}

/** @param {string} pem */
function derOf(pem) {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
}

/**
 * Certificates as a Java key store. Java's `keytool` takes them one by one, and a second for each of some 150; the format is
 * short: magic number, version, number of entries; each an alias, a date and a certificate; a hash with the password in it
 * (https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java).
 *
 * @param {readonly Buffer[]} certificates each as DER
 */
export function keyStore(certificates) {
  const [magic, version, trusted] = [0xfeedfeed, 2, 2];
  /** @type {Buffer[]} */
  const parts = [numbers(magic, version, certificates.length)];
  for (const [index, der] of certificates.entries()) {
    parts.push(numbers(trusted), utf(`authority-${index}`), numbers(0, 0), utf("X.509"), numbers(der.length), der);
  }
  const body = Buffer.concat(parts);
  const secret = Buffer.from(PASSWORD, "utf16le").swap16();
  const seal = createHash("sha1").update(secret).update("Mighty Aphrodite").update(body).digest();
  return Buffer.concat([body, seal]);
}

/** 32-bit numbers, the highest byte first. @param {number[]} values */
function numbers(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** A text with its length before it. @param {string} text */
function utf(text) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text, "latin1")]);
}

/** What npm, Maven's Java and pip say of a certificate that leads to no authority they know. */
const UNTRUSTED =
  /SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|PKIX path (?:building|validation) failed|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|unable to get local issuer certificate/i;

/**
 * What to say when a tool does not trust what it met, or undefined when that is not what went wrong.
 *
 * @param {string} what "npm does not trust its registry"
 * @param {readonly string[]} lines what the tool said
 * @returns {SetupProblem | undefined}
 */
export function trustProblem(what, lines) {
  const reason = lines.map((line) => UNTRUSTED.exec(line)?.[0]).find(Boolean);
  if (reason === undefined) return undefined;
  return new SetupProblem(
    `${what} (${reason}); if this network has a certificate authority of its own, give its file (PEM): STREAMBOOK_CA=/path/to/authority.pem, and start again`,
  );
}
