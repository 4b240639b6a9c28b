/** docker-compose.yml, written from the catalogue: one container for each instance of a service, and the workspace. */
import { coreLibraries } from "../../../../setup/paths.mjs";
import { addressesOf } from "../place.ts";
import { containerAddresses, containerTopology, publication } from "./containers.ts";
import { WORKSPACE_MEMORY } from "../launch/memory.ts";
import type { AddressOffer } from "../service.ts";
import { CORE, instanceNames, needsOf, profileOf, resolveServices, service, services } from "../catalog/index.ts";

/** The port of JupyterLab, the same inside as outside; not 8888, where others often are. */
const LAB_PORT = "${STREAMBOOK_LAB_PORT:-8890}";

/** The text of docker-compose.yml. */
export function composeFile(): string {
  const names = instanceNames();
  const volumes = new Set(names.flatMap((name) => volumeOf(name) ?? []));
  return [
    header(),
    sharedPart(names),
    "services:",
    ...names.map((name, index) => {
      // the first service of an image builds it
      const builds = names.findIndex((other) => imageOf(other) === imageOf(name)) === index;
      return `${serviceLines(name, builds).join("\n")}\n`;
    }),
    WORKSPACE(workspaceEnvironment()),
    "",
    "volumes:",
    ...[...volumes].map((volume) => `  ${volume}:`),
    "",
  ].join("\n");
}

function header(): string {
  return `# The services of the course, each in a container of its own, and \`workspace\` to work in: \`docker compose up\`.
# Written from lib/src/stack/catalog: \`UPDATE_DOCS=1 npm test -- docs\` writes it anew.
#
# Services without a profile are the core, and always start. Others start with a profile; these lines in the file \`.env\` say so,
# and tell the services of the core and the workspace where they are:
${furtherProfiles().join("\n")}
#
# Ports are published on this machine only. Where one is taken, name another: \`STREAMBOOK_KAFKA_PORT=19092 docker compose up\`.
# The memory limits of the core add up to less than 8 GB.
name: streambook
`;
}

/** What \`.env\` says for each profile that a person may want: the profile, the addresses of its services, and their keys. */
function furtherProfiles(): string[] {
  const needed = new Set(services().flatMap(({ needs }) => needs));
  const wanted = services().filter(
    ({ name, profile, addresses = {} }) =>
      (profile !== CORE && !needed.has(name)) || Object.values(addresses).some(isOpen),
  );
  const profiles = wanted.flatMap(({ profile, instances }) => [
    ...(profile === CORE ? [] : [profile]),
    ...(instances === undefined ? [] : [instances.profile]),
  ]);
  return [...new Set(profiles)].flatMap((profile) => {
    const members = resolveServices([profile]);
    const further = [...new Set(members.map(service))].filter(
      (one) => one.profile !== CORE || one.instances?.profile === profile,
    );
    const running = new Set(members);
    const known = addressesOf({ ...containerTopology(), running }) as unknown as Record<string, string>;
    const offers = further.flatMap(({ addresses = {} }) => Object.entries(addresses));
    const keys = further.flatMap(({ secrets = {} }) => Object.values(secrets));
    return [
      `#     COMPOSE_PROFILES=${profile}`,
      ...offers.map(([key, { variable }]) => `#     ${variable}=${known[key]}`),
      ...keys.map(({ variable, length }) => `#     ${variable}=…  # of your own: ${length} letters and digits`),
    ];
  });
}

/** Whether an address is for compose to say although its service is of the core: how many instances run, the profile decides. */
function isOpen({ isList = false }: AddressOffer): boolean {
  return isList;
}

/** What all containers of services have in common. */
function sharedPart(names: readonly string[]): string {
  const published = names.filter((name) => service(name).container.knowsPublishedPort === true).map(publication);
  const optional = services()
    .flatMap(({ profile, addresses = {}, secrets = {} }) => [
      ...Object.values(addresses).filter((offer) => profile !== CORE || isOpen(offer)),
      ...Object.values(secrets),
    ])
    .map(({ variable }) => variable);
  const environment = [
    ...published.map(({ variable, usual }) => `    ${variable}: \${${variable}:-${usual}}`),
    ...[...optional, "STREAMBOOK_IGNORE"].map((variable) => `    ${variable}: \${${variable}:-}`),
  ];
  return `x-service: &service
  image: \${COMPOSE_PROJECT_NAME:-streambook}-stack
  pull_policy: never # it is built here, for the first service
  init: true
  restart: unless-stopped
  stop_grace_period: 25s
  environment:
${environment.join("\n")}
  logging: &logging
    driver: json-file
    options: { max-size: 10m, max-file: "2" }

x-healthcheck: &healthcheck
  interval: 15s
  timeout: 10s
  retries: 4
  start_period: 5m
`;
}

/** The image of an instance: that of the core, or, where that has not all it runs on, one of its service's profile. */
function imageOf(name: string): string {
  return runsOnCoreImage(name) ? "stack" : service(name).profile;
}

/** The Java of the core's image. */
const IMAGE_JAVA = 17;

function runsOnCoreImage(name: string): boolean {
  const { program } = service(name);
  if (program.kind !== "java") return program.kind === "node";
  const { name: library, source, java: { lowest, highest = Infinity } = { lowest: IMAGE_JAVA } } = program.library;
  const isThere = source === "java" || (source === undefined && coreLibraries().includes(library));
  return isThere && lowest <= IMAGE_JAVA && IMAGE_JAVA <= highest;
}

/** What is fetched for an image of a profile: its services, and those beside which programs of it have extensions. */
function fetchedFor(profile: string): string {
  const programs = services()
    .filter((one) => one.profile === profile)
    .map(({ program }) => program);
  const beside = programs.flatMap((program) =>
    program.kind === "java" ? (program.extensions ?? []).map((one) => one.beside) : [],
  );
  return [profile, ...beside].join(" ");
}

/** The lines of one service. */
function serviceLines(name: string, builds: boolean): string[] {
  const { memory } = service(name).container;
  const { inside, usual, variable } = publication(name);
  const needs = needsOf(name);
  const volume = volumeOf(name);
  const profile = profileOf(name);
  return [
    `  ${name}:`,
    "    <<: *service",
    ...imageLines(imageOf(name), builds),
    ...(profile === CORE ? [] : [`    profiles: [${profilesWith(name).join(", ")}]`]),
    `    hostname: ${name}`,
    `    command: [container-run, ${name}]`,
    "    healthcheck:",
    "      <<: *healthcheck",
    `      test: [CMD, node, --no-warnings, /opt/streambook/lib/src/stack/containers/check.ts, ${name}]`,
    `    mem_limit: ${memory}m`,
    ...(needs.length === 0
      ? []
      : ["    depends_on:", ...needs.map((need) => `      ${need}: { condition: ${conditionOf(need, name)} }`)]),
    `    ports: ["127.0.0.1:\${${variable}:-${usual}}:${inside}"]`,
    ...(volume === undefined ? [] : [`    volumes: ["${volume}:/var/lib/streambook/data"]`]),
  ];
}

/** What a container waits for. Those that decide by majority are healthy only together: one that joins waits by itself. */
function conditionOf(need: string, name: string): string {
  const isPartner = service(need) === service(name) && service(name).instances?.isQuorum === true;
  return isPartner ? "service_started" : "service_healthy";
}

/** The profiles that a service starts with: its own, and those of the services that need it. */
function profilesWith(name: string): string[] {
  const needing = instanceNames().filter((other) => resolveServices([other]).includes(name));
  return [...new Set([profileOf(name), ...needing.map(profileOf)])];
}

function imageLines(image: string, builds: boolean): string[] {
  if (image === "stack") return builds ? BUILD : [];
  const lines = [`    image: \${COMPOSE_PROJECT_NAME:-streambook}-${image}`];
  if (!builds) return lines;
  return [
    ...lines,
    "    build:",
    "      context: .",
    "      target: further",
    "      args:",
    "        STREAMBOOK_UID: ${STREAMBOOK_UID:-1000}",
    `        STREAMBOOK_PROFILE: ${fetchedFor(image)}`,
    "      secrets: [ca]",
    "    pull_policy: missing",
  ];
}

const BUILD = [
  "    build:",
  "      context: .",
  "      target: stack",
  "      args: &arguments # the same for both images: Podman takes other arguments for another build",
  "        STREAMBOOK_UID: ${STREAMBOOK_UID:-1000}",
  "      secrets: [ca]",
  "    pull_policy: missing",
];

/** The volume of an instance; a further one has its own. */
function volumeOf(name: string): string | undefined {
  const { container, name: first } = service(name);
  if (container.volume === undefined) return undefined;
  return name === first ? container.volume : name;
}

/** Where the workspace finds the services, further ones where compose is told that they run; JupyterLab, once it is started, listens for the machine outside. */
function workspaceEnvironment(): [variable: string, value: string][] {
  const known = containerAddresses() as unknown as Record<string, string>;
  const addresses = services().flatMap(({ profile, addresses = {} }) =>
    Object.entries(addresses).map(([key, offer]): [string, string] => {
      const usual = profile === CORE ? (known[key] ?? "") : "";
      return [offer.variable, profile === CORE && !isOpen(offer) ? usual : `\${${offer.variable}:-${usual}}`];
    }),
  );
  const keys = services().flatMap(({ secrets = {} }) =>
    Object.values(secrets).map(({ variable }): [string, string] => [variable, `\${${variable}:-}`]),
  );
  const authority: [string, string] = ["STREAMBOOK_CA", "/run/secrets/ca # set-up fetches packages here"];
  const lab: [string, string] = ["STREAMBOOK_LAB", `0.0.0.0:${LAB_PORT}`];
  return [["STREAMBOOK_STACK", "external"], ...addresses, ...keys, authority, lab];
}

const WORKSPACE = (environment: readonly (readonly [string, string])[]): string => `  workspace:
    image: \${COMPOSE_PROJECT_NAME:-streambook}-workspace
    build:
      context: .
      target: workspace
      args: *arguments
      secrets: [ca]
    init: true
    restart: unless-stopped
    stop_grace_period: 5s
    logging: *logging
    hostname: workspace
    command: [sleep, infinity]
    healthcheck:
      test: [CMD, test, -w, /workspace]
      interval: 1m
      timeout: 10s
      retries: 2
    mem_limit: ${WORKSPACE_MEMORY}m
    depends_on:
${lastOfCore()
  .map((name) => `      ${name}: { condition: service_healthy }`)
  .join("\n")}
    environment:
${environment.map(([variable, value]) => `      ${variable}: ${value}`).join("\n")}
    ports: ["127.0.0.1:${LAB_PORT}:${LAB_PORT}"]
    volumes: [".:/workspace"]
    secrets: [ca]

# The certificate authority of a network that has its own, for builds and for set-up; without one, an empty file.
secrets:
  ca:
    file: \${STREAMBOOK_CA:-./stack/no-authority.pem}`;

/** The services of the core that no other of the core needs: when they are healthy, all are. */
function lastOfCore(): string[] {
  const core = services().filter(({ profile }) => profile === CORE);
  const needed = new Set(core.flatMap(({ needs }) => needs));
  return core.map(({ name }) => name).filter((name) => !needed.has(name));
}
