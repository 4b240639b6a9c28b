/** The variables that the course reads: the table of docs/environment.md. Those of services follow from the catalogue. */
import { CORE, instanceNames, services, titleOf } from "../catalog/index.ts";
import { containerAddresses, publication } from "../containers/containers.ts";

/** A variable of the environment. An empty value counts as none, one that means nothing is refused. */
export interface Variable {
  readonly name: string;
  /** What holds without it. */
  readonly usual: string;
  readonly meaning: string;
}

/** The variables for those who use the course. */
export const VARIABLES: readonly Variable[] = [
  {
    name: "JAVA_HOME",
    usual: "`java` on PATH",
    meaning: "the JDK that runs the services that accept it; 17 or newer for the core",
  },
  {
    name: "STREAMBOOK_HOME",
    usual: "`.streambook` in the project",
    meaning: "folder of all that the services keep, absolute; new, empty, or made by the course",
  },
  {
    name: "STREAMBOOK_JARS",
    usual: "`jars` in the home",
    meaning: "folder of the jars, absolute; several homes may share it",
  },
  {
    name: "STREAMBOOK_CACHE",
    usual: "`streambook` in the user's cache (`~/.cache`)",
    meaning:
      "folder of what is fetched once for all clones, absolute: JDKs, Python environments, archives; new, empty, or made by the course",
  },
  {
    name: "STREAMBOOK_CA",
    usual: "the system's authorities",
    meaning:
      "file of a network's own certificate authority (PEM), for npm, Maven, pip, `data fetch` and builds of images",
  },
  { name: "STREAMBOOK_PORTS", usual: "`well-known`", meaning: "`free`: any free ports" },
  {
    name: "STREAMBOOK_ARCHIVES",
    usual: "`build` in `.streambook`, else `use`",
    meaning: "class-data archives: `build` them in the background after a start, or only `use` those that exist",
  },
  {
    name: "STREAMBOOK_STACK",
    usual: "the course's own services",
    meaning: "`external`: the services of the core run elsewhere, and every address below is set",
  },
  {
    name: "STREAMBOOK_HADOOP_CONF",
    usual: "written from the addresses",
    meaning:
      "with external services: a folder of Hadoop's configuration files, when its ports are not the well-known ones",
  },
  { name: "STREAMBOOK_WAIT", usual: "60000", meaning: "with external services: milliseconds to wait for each" },
  {
    name: "STREAMBOOK_TASK_NODE",
    usual: "the project's Node",
    meaning: "with external services: the Node that tasks of MapReduce and Spark are to use, where they run",
  },
  {
    name: "STREAMBOOK_SPARK_MASTER",
    usual: "`local[*]`",
    meaning:
      "where Spark works: in its own process (`local[*]`), on YARN (`yarn`), or on a cluster of its own (`spark://host:port`)",
  },
  { name: "STREAMBOOK_IGNORE", usual: "nothing", meaning: "requirements that may be unmet: `memory`, `disk`" },
  { name: "STREAMBOOK_UID", usual: "1000", meaning: "in containers: your user number, `id -u`" },
  { name: "STREAMBOOK_LAB_PORT", usual: "8890", meaning: "in containers: the port of JupyterLab on your machine" },
];

/** Variables that programs of the project set for one another, or that only its tests and maintainers use. */
export const INTERNAL_VARIABLES: readonly string[] = [
  "STREAMBOOK_LAB",
  "STREAMBOOK_KERNEL",
  "STREAMBOOK_RUNNER",
  "STREAMBOOK_RECORD_CLASSES",
  "STREAMBOOK_DEVCONTAINER_SCHEMA",
  "STREAMBOOK_SCREENSHOTS",
  "STREAMBOOK_TEST_ALL",
  "STREAMBOOK_TEST_PARTS",
  "STREAMBOOK_PROFILE",
  "STREAMBOOK_PROBE",
  "STREAMBOOK_VSCODE",
  "STREAMBOOK_VSCODE_EXTENSIONS",
  "STREAMBOOK_WARNED",
];

/** The variables that name where a service runs, if it is not one of the course's own. */
export function addressVariables(): Variable[] {
  const examples = containerAddresses() as unknown as Record<string, string>;
  return services().flatMap(({ title, profile, addresses = {} }) =>
    Object.entries(addresses).map(([key, { variable, scheme }]) => ({
      name: variable,
      usual: "the course's own",
      meaning: `address of ${title}${profile === CORE ? `, such as \`${examples[key]}\`` : ` (\`${scheme === undefined ? "" : `${scheme}://`}host:port\`)`}`,
    })),
  );
}

/** The variables that give the keys and passwords of services that run elsewhere, or in containers. */
export function secretVariables(): Variable[] {
  return services().flatMap(({ title, secrets = {} }) =>
    Object.values(secrets).map((secret) => ({
      name: secret.variable,
      usual: "made by the first start",
      meaning: `${secret.title} of ${title}`,
    })),
  );
}

/** The variables that name the port of a container on the machine outside. */
export function portVariables(): Variable[] {
  return instanceNames().map((name) => {
    const { variable, usual } = publication(name);
    return {
      name: variable,
      usual: String(usual),
      meaning: `in containers: port of ${titleOf(name)} on your machine`,
    };
  });
}

/** Every variable of the course that a program or a file of the project reads. */
export function knownVariables(): string[] {
  const described = [...VARIABLES, ...addressVariables(), ...secretVariables(), ...portVariables()].map(
    ({ name }) => name,
  );
  return [...described, ...INTERNAL_VARIABLES];
}
