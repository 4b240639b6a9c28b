// What the programs of set-up take over from the user's environment: the ways out of the network (proxies, mirrors,
// certificates, passwords) and caches. What would change what they install, or where, is left out.

/** @typedef {import("../paths.mjs").Environment} Environment */

/** Settings of npm that are about the network, the caches, or where its files are. */
const NPM_SETTINGS =
  /^(?:(?:.*:)?registry|\/\/.*|_auth.*|proxy|https?-proxy|noproxy|ca|cafile|cert|key|strict-ssl|cache|userconfig|globalconfig|fetch-.*|maxsockets|local-address|offline|prefer-offline)$/;

/**
 * What `npm ci` is given besides, so that neither the environment nor an .npmrc decides what is installed. All native parts
 * come ready-made, so no script of a package needs to run.
 */
export const NPM_ARGUMENTS = [
  ...["--include=dev", "--include=optional", "--include=peer"],
  ...["--ignore-scripts", "--package-lock=true", "--install-strategy=hoisted"],
  ...["--engine-strict=false", "--legacy-peer-deps=false", "--strict-peer-deps=false"],
  ...["--global=false", "--dry-run=false"],
];

/**
 * The environment of npm. `npm start` gives its own settings to the script as variables, those of the user's .npmrc among them.
 *
 * @param {Environment} [environment]
 * @returns {Environment}
 */
export function npmEnvironment(environment = process.env) {
  return choose(environment, (name) => {
    const setting = /^npm_config_(.*)$/i.exec(name)?.[1];
    if (setting === undefined) return name !== "NODE_ENV";
    return NPM_SETTINGS.test(setting.startsWith("//") ? setting : setting.toLowerCase().replace(/(?!^)_/g, "-"));
  });
}

/** Arguments in MAVEN_ARGS that are about the network or the cache: system properties, and where settings stand. */
const MAVEN_PROPERTIES =
  /^-D(?:https?\.|socksProxy|java\.net\.|javax\.net\.ssl\.|aether\.|maven\.(?:wagon|resolver|repo)\.)/;

/**
 * The environment of Maven. Its settings.xml (mirrors, proxies) and MAVEN_OPTS (options of Java) count; of MAVEN_ARGS what is
 * about the network.
 *
 * @param {Environment} [environment]
 * @returns {Environment}
 */
export function mavenEnvironment(environment = process.env) {
  const { MAVEN_ARGS, ...others } = environment;
  /** @type {string[]} */
  const kept = [];
  const given = (MAVEN_ARGS ?? "").split(/\s+/).filter(Boolean);
  for (const [index, argument] of given.entries()) {
    if (MAVEN_PROPERTIES.test(argument) || /^--settings=/.test(argument)) kept.push(argument);
    else if (argument === "-s" || argument === "--settings") kept.push(argument, given[index + 1] ?? "");
  }
  return kept.length === 0 ? others : { ...others, MAVEN_ARGS: kept.join(" ") };
}

/** Settings of pip that are about the network or its cache. */
const PIP_SETTINGS =
  /^(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|PROXY|CERT|CLIENT_CERT|TRUSTED_HOST|(?:DEFAULT_)?TIMEOUT|RETRIES|CACHE_DIR|CONFIG_FILE|USE_FEATURE|USE_DEPRECATED|KEYRING_PROVIDER)$/;

/**
 * The environment of Python, pip and JupyterLab: nothing that leads to another Python's packages, or installs elsewhere.
 *
 * @param {Environment} [environment]
 * @returns {Environment}
 */
export function pythonEnvironment(environment = process.env) {
  return choose(environment, (name) => {
    const setting = /^PIP_(.*)$/.exec(name)?.[1];
    if (setting !== undefined) return PIP_SETTINGS.test(setting);
    return !/^(?:PYTHONHOME|PYTHONPATH|PYTHONSTARTUP|PYTHONUSERBASE|VIRTUAL_ENV|__PYVENV_LAUNCHER__)$/.test(name);
  });
}

/**
 * @param {Environment} environment
 * @param {(name: string) => boolean} keep
 * @returns {Environment}
 */
function choose(environment, keep) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => keep(name)));
}
