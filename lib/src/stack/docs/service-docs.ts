/** What is written about the services in README, docs/ and the dev container, made from the catalogue. */
import { markdownTable } from "../../format/index.ts";
import { CORE, instanceNames, profileOf, service, services, titleOf } from "../catalog/index.ts";
import { containerAddresses, publication } from "../containers/containers.ts";
import { addressVariables, portVariables, secretVariables, type Variable, VARIABLES } from "./environment.ts";
import { wellKnownPorts } from "../place.ts";

/** The table of README: the services of the core, where they are, what they do. */
export function readmeTable(): string {
  const rows = services()
    .filter(({ profile }) => profile === CORE)
    .map(({ title, name, does }) => [title, usualPlace(name), does]);
  return markdownTable(["service", "address", "what it does here"], rows);
}

/** docs/services.md: every service with its profile, ports, memory and needs. */
export function servicesPage(): string {
  const rows = instanceNames().map((name) => {
    const { needs, uses = [], memory } = service(name);
    const ports = Object.entries(wellKnownPorts(name)).map(([purpose, port]) => `${port} ${purpose}`);
    const others = [...needs, ...uses.map((other) => `${other} if it runs`)];
    return [titleOf(name), `\`${name}\``, profileOf(name), ports.join(", "), `${memory} MB`, others.join(", ")];
  });
  return [
    "# Services",
    "",
    "Every service that the course can start. `npx streambook up` starts the profile `core`; `npx streambook up NAME …` starts",
    "profiles or services, and what they need. Where a port is taken, the next free one is used.",
    "",
    "This page is made from `lib/src/stack/catalog/`: `UPDATE_DOCS=1 npm test -- docs` writes it anew.",
    "",
    markdownTable(["service", "name", "profile", "ports", "memory", "needs"], rows),
    "",
    "## What they do",
    "",
    markdownTable(
      ["service", "what it does here"],
      services().map(({ title, does }) => [title, does]),
    ),
    "",
  ].join("\n");
}

/** docs/environment.md: every variable that the course reads. */
export function environmentPage(): string {
  const rows = ({ name, usual, meaning }: Variable): string[] => [`\`${name}\``, usual, meaning];
  const section = (title: string, text: string, variables: readonly Variable[]): string[] => [
    `## ${title}`,
    "",
    text,
    "",
    markdownTable(["variable", "without it", "meaning"], variables.map(rows)),
    "",
  ];
  return [
    "# Environment",
    "",
    "Every variable that the course reads. An empty one counts as not set; a value that means nothing is refused.",
    "",
    "This page is made from `lib/src/stack/docs/environment.ts` and the catalogue: `UPDATE_DOCS=1 npm test -- docs` writes it anew.",
    "",
    ...section("The course", "For set-up, the services and the commands.", VARIABLES),
    ...section(
      "Services that run elsewhere",
      "A service whose address is set is used where it is, and never started or ended here; the others are the course's own.",
      addressVariables(),
    ),
    ...section(
      "Keys and passwords",
      "Nothing has one by default. The first start of a service makes its own, and `npx streambook status` shows them; of a service that runs elsewhere, or in a container, they are named here.",
      secretVariables(),
    ),
    ...section("Ports of containers", "Read by docker-compose.yml.", portVariables()),
  ].join("\n");
}

/** The ports that the dev container forwards, each with a label. */
export function forwardedPorts(): { readonly port: number | string; readonly label: string }[] {
  const pages = services()
    .filter(({ profile, page }) => profile === CORE && page !== undefined)
    .map(({ name, title }) => ({ port: `${name}:${publication(name).inside}`, label: title }));
  return [{ port: 8000, label: "Stream API" }, { port: 8890, label: "JupyterLab (npm run lab)" }, ...pages];
}

/** Where a service is when its well-known port is free. */
function usualPlace(name: string): string {
  const { page, ports, addresses = {}, asked } = service(name);
  if (page !== undefined) return `http://127.0.0.1:${ports[page]}`;
  const offer = addresses[asked];
  const known = (containerAddresses() as unknown as Record<string, string>)[asked] ?? "";
  return offer === undefined ? known : `\`127.0.0.1:${ports[offer.port]}\``;
}
