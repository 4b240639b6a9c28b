/**
 * What a service is: the form of the files in `catalog/`. All that the house knows of a service stands in its one file; every
 * other file asks it.
 */
import type { MetricName, Sample } from "../metrics/index.ts";
import type { Report } from "./events.ts";
import type { Layout } from "./layout.ts";

/**
 * The addresses that the course's programs know by name: what the services of the catalogue offer (`addresses` in their
 * files). Those of the core are always there; others when their profile runs.
 */
export interface Addresses {
  /** Kafka's brokers: `host:port`, several with commas between them. */
  readonly kafka: string;
  /** NameNode over HTTP (WebHDFS and its web page), `http://host:port`. */
  readonly webhdfs: string;
  /** NameNode over RPC, `hdfs://host:port`. */
  readonly hdfs: string;
  /** ResourceManager's web page and REST API, `http://host:port`. */
  readonly resourceManager: string;
  /** JobHistoryServer's web page, `http://host:port`. */
  readonly jobHistory: string;
  /** HiveServer2, Thrift over TCP, `host:port`. */
  readonly hive: string;
  /** Spark Connect, gRPC without TLS, `host:port`; undefined while it does not run. */
  readonly spark?: string;
  /** S3 over HTTP, `http://host:port`; undefined while it does not run. */
  readonly s3?: string;
  /** Trino over HTTP, `http://host:port`; undefined while it does not run. */
  readonly trino?: string;
  /** Superset's pages and REST interface, `http://host:port`; undefined while it does not run. */
  readonly dashboards?: string;
  /** Cassandra, CQL over TCP, `host:port`; undefined while it does not run. */
  readonly cassandra?: string;
}

/** The ports of instances, by name and purpose. */
export type Ports = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Major versions of Java that programs accept, both ends included. */
export interface JavaRange {
  readonly lowest: number;
  /** @default none */
  readonly highest?: number | undefined;
}

/** An archive (`.tar.gz`) of a Maven repository, of which a part is kept. */
export interface MavenArchive {
  /** Its coordinates, `groupId:artifactId:extension[:classifier]:version`: `io.trino:trino-server:tar.gz:476`. */
  readonly artifact: string;
  /** SHA-256 of the archive, hexadecimal. */
  readonly sha256: string;
  /** How large the archive is, in megabytes: reported before it is fetched. */
  readonly megabytes: number;
  /** Globs of the files that are kept, below the one folder that the archive holds: `lib/**`, `plugin/{hive,kafka}/**`. */
  readonly keep: readonly string[];
  /** Folders in it whose jars stand on the class path. @default `lib` */
  readonly jars?: readonly string[];
}

/** What Java programs run on: jars, and what every Java that runs on them is given. */
export interface Library {
  /** The folder of its POM, of its jars, of its checksums. */
  readonly name: string;
  /** What of it has a version in `stack/pom.xml`. @default its own name */
  readonly versions?: readonly string[];
  /** Roughly how large it is on the disk, in megabytes: reported before it is fetched. */
  readonly megabytes?: number;
  /**
   * Where its files come from: an archive, or `java` where the modules of Java itself are all that is needed.
   * @default the jars that `stack/NAME/pom.xml` lists
   */
  readonly source?: MavenArchive | "java";
  /** The Java that runs it. @default 17 or newer */
  readonly java?: JavaRange;
  /** Packages of Java's own module `java.base` that it reaches into. */
  readonly opens: readonly string[];
  /** Folders of `conf/` that stand on its class path, behind the jars. */
  readonly configuration: readonly string[];
  /** More values for the templates of its configuration. */
  readonly values?: (layout: Layout) => Promise<Readonly<Record<string, string>>>;
  /** Variables of its processes. */
  readonly environment?: (layout: Layout) => Readonly<Record<string, string>>;
  /** Folders that its programs write to, below the data folder. */
  readonly folders?: readonly string[];
  /** Folders that it wants to find in the rendered configuration. */
  readonly configurationFolders?: readonly string[];
}

/** Jars that a program is given only beside another service: without that one they would be fetched for nothing. */
export interface Extension {
  readonly library: Library;
  /** The other service. */
  readonly beside: string;
}

/** A program of Java, started from jars. */
export interface JavaProgram {
  readonly kind: "java";
  readonly library: Library;
  /** Further jars on its class path, behind its own, while other services run. @default none */
  readonly extensions?: readonly Extension[];
  /** The class that is started. */
  readonly main: string;
  /** Largest heap, in megabytes. */
  readonly heap: number;
  /** More options for Java. */
  readonly options?: (at: Place) => readonly string[];
  /** The arguments behind the class. */
  readonly arguments?: (at: Place) => readonly string[];
  /** Its environment, beside PATH, HOME, LANG, JAVA_HOME and what its library says. */
  readonly environment?: (at: Place) => Readonly<Record<string, string>>;
}

/** A program for the project's own Node. */
export interface NodeProgram {
  readonly kind: "node";
  /** The file, absolute. */
  readonly module: string;
  readonly arguments?: (at: Place) => readonly string[];
  /** Its environment, beside PATH, HOME and LANG. */
  readonly environment?: (at: Place) => Readonly<Record<string, string>>;
}

/** A Python environment: packages, each pinned with its hashes. */
export interface PythonPackages {
  readonly name: string;
  /** Lines as pip reads them, each with `--hash=sha256:…`. @default those of `stack/NAME/requirements.txt` */
  readonly requirements?: readonly string[];
  /**
   * Lines of the same form, of packages that are published as source only. They are built here by what `requirements` brings, so that
   * nothing unrecorded takes part.
   */
  readonly sources?: readonly string[];
  /** Roughly how large the environment is on the disk, in megabytes: reported before it is fetched. */
  readonly megabytes: number;
  /** The versions of Python that it accepts, both ends included. @default 3.10 or newer */
  readonly python?: { readonly lowest: string; readonly highest?: string };
}

/** A program of a Python environment. */
export interface PythonProgram {
  readonly kind: "python";
  readonly packages: PythonPackages;
  /** What Python is given: `["-m", "superset", …]`. */
  readonly arguments: (at: Place) => readonly string[];
  readonly environment?: (at: Place) => Readonly<Record<string, string>>;
}

/** What is started for a service. */
export type Program = JavaProgram | NodeProgram | PythonProgram;

/** Where one instance of a service runs, and where the others are. */
export interface Place {
  /** Its name: `kafka`, or `kafka-2` for the second of several. */
  readonly name: string;
  /** 1 for the first, or only, instance. */
  readonly number: number;
  readonly layout: Layout;
  /** The address that it listens on: loopback, or all addresses of a container. */
  readonly bind: string;
  /** The host name of an instance. @default its own */
  host(name?: string): string;
  /** A port by its purpose. @param name the instance whose port it is @default its own */
  port(purpose: string, name?: string): number;
  /** The port of the machine outside that leads to an instance's container; on a machine, the one it listens on. @default its own */
  published(name?: string): number;
  /** Whether a service is of those that run, or are being started, beside it. */
  runs(name: string): boolean;
  /**
   * A key or password of a service that runs.
   *
   * @param key its name among the service's `secrets`
   * @param name the service @default its own
   */
  secret(key: string, name?: string): string;
}

/**
 * A key or password of a service. None has a default: each set-up makes its own, which is kept with what the services store, and
 * shown with what runs. One of a service that runs elsewhere, or in a container, is in the environment.
 */
export interface Secret {
  /** What people call it: "secret key". */
  readonly title: string;
  /** The variable that gives it: `STREAMBOOK_S3_SECRET_KEY`. */
  readonly variable: string;
  /** How many letters and digits a new one has. */
  readonly length: number;
}

/** The address by which clients reach a service, under the name that they know it by: `hdfs://127.0.0.1:8020`. */
export interface AddressOffer {
  /** The variable that names it when the service runs elsewhere: `STREAMBOOK_HDFS`. */
  readonly variable: string;
  /** The purpose of the port. */
  readonly port: string;
  /** What stands before `://`; nothing, for an address that is `host:port`. */
  readonly scheme?: string;
  /** Whether clients take the addresses of all its instances, with commas between them. @default false: that of the first */
  readonly isList?: boolean;
}

/** What the questions about connections are asked with. */
export interface Surroundings {
  readonly addresses: Addresses;
  /** The instances that run, whether they answer or not. */
  readonly running: ReadonlySet<string>;
  /** The ports of services that we have started; undefined for those that run elsewhere. */
  readonly ports?: Ports | undefined;
  /** The web page of the service that is asked, if it has one and runs here. */
  readonly page?: string | undefined;
  /** Runs a statement on Hive, and gives its rows. Without it, Hive is not asked. */
  readonly askHive?: AskHive | undefined;
}

/** Runs one statement on HiveServer2, and gives its rows. */
export type AskHive = (sql: string, signal: AbortSignal) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A question whether a service knows where another is. */
export interface ConnectionCheck {
  /** "HDFS → DataNode" */
  readonly name: string;
  /** The service to start, or to start again, when it is not right. @default the one that is asked */
  readonly service?: string;
  /** How long the answer may take, in milliseconds. @default 5000 */
  readonly limit?: number;
  /** Says what is right, undefined when it cannot be asked; throws what is wrong. */
  readonly look: (at: Surroundings, signal: AbortSignal) => Promise<string | undefined>;
}

/** Where a service is that is asked for what it measures. */
export interface Measured {
  /** The instance. */
  readonly name: string;
  /** Its web server on the port of a purpose, `http://host:port`; undefined for a port that nobody knows, of a service that runs elsewhere. */
  web(purpose: string): string | undefined;
}

/** A question to a service for what it measures of itself. */
export interface Measurement {
  /** What the answer may hold. */
  readonly gives: readonly MetricName[];
  /** How often it is asked at the most, in milliseconds. @default 10000 */
  readonly interval?: number;
  /** Asks; an answer without figures is none. May throw, which means that the service does not answer. */
  readonly look: (at: Measured, signal: AbortSignal) => Promise<readonly Sample[]>;
}

/** What the `prepare` of a service works with. */
export interface Preparation {
  readonly at: Place;
  readonly addresses: Addresses;
  readonly report: Report;
  /** Runs a Java program to its end. */
  readonly runJava: (task: JavaTask) => Promise<void>;
  /** Runs a program of the service's Python environment to its end. */
  readonly runPython: (task: PythonTask) => Promise<void>;
}

/** What the `join` of a service works with. */
export interface Joining {
  readonly at: Place;
  /** Where the instance is asked whether it works. */
  readonly address: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A program that ends. */
interface Task {
  /** The name of its log. */
  readonly name: string;
  /** Its arguments; of Java, the class first. */
  readonly arguments: readonly string[];
  /** What the error says when it fails. */
  readonly failure: string;
}

/** A Java program that ends. */
export interface JavaTask extends Task {
  /** Options of its Java. @default those of the service */
  readonly options?: readonly string[];
  /**
   * What is done while it runs; then it is asked to end.
   *
   * @param signal aborts when the program has ended by itself
   * @default nothing: it ends by itself
   */
  readonly during?: (signal: AbortSignal) => Promise<void>;
}

/** A Python program that ends. */
export interface PythonTask extends Task {
  /** Its environment, beside that of the service. @default nothing more */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a service is run in a container of its own. */
export interface Container {
  /** The most memory it may take, in megabytes. */
  readonly memory: number;
  /** The purpose of the port that the machine outside reaches, and, where it is another there, of the one whose number it has outside. */
  readonly publishes: { readonly port: string; readonly as?: string };
  /** Whether the service must know the port under which it is published, because it advertises it to those who call from outside. */
  readonly knowsPublishedPort?: boolean;
  /** Ports that only its container has, by purpose: doors for those outside. */
  readonly ports?: Readonly<Record<string, number>>;
  /** The volume that keeps what it stores. */
  readonly volume?: string;
  /** What runs beside it in its container, until it is disposed. */
  readonly beside?: (at: Place) => Promise<AsyncDisposable>;
}

/** A service of the course. */
export interface Service {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** What it does here, for the table of README. */
  readonly does: string;
  /** The set of services that `up PROFILE` starts; `core` starts when nothing is named. */
  readonly profile: string;
  /** The name under which it is chosen together with others: `hdfs`. */
  readonly group?: string;
  /** Its place in lists, low ones first; a service stands after those it needs. */
  readonly rank: number;
  readonly program: Program;
  /** Ports by purpose: the well-known number of each. */
  readonly ports: Readonly<Record<string, number>>;
  /** The purpose of the port of its web page, if it has one. */
  readonly page?: string;
  /**
   * How many of it may run at the most, as `NAME`, `NAME-2`, …, and the profile that starts them all. Ports of further ones
   * follow those of the first. @default one
   */
  readonly instances?: {
    readonly most: number;
    readonly profile: string;
    /** Whether each starts when those before it are ready, and not only the first. @default false */
    readonly inTurn?: boolean;
    /**
     * Whether they decide by majority. Those that have joined start with the first, and at once, as none works before most of them run;
     * and those that ran before others joined start again, one after the other, to know them.
     * @default false
     */
    readonly isQuorum?: boolean;
  };
  /** Purposes of the ports by which instances remember each other: they stay the same from start to start, where they can. @default none */
  readonly keepsPorts?: readonly string[];
  /** Services that must run for this one to be of use. */
  readonly needs: readonly string[];
  /** Services that must be ready before this one starts: it does not wait for them itself. */
  readonly after: readonly string[];
  /** Services that it uses when they run, and does without when they do not: it starts again when one comes, goes, or moves. */
  readonly uses?: readonly string[];
  /** Services that it talks to only when somebody asks for that, and whose addresses it is given all the same. */
  readonly calls?: readonly string[];
  /**
   * Whether it starts when the others work, and nobody waits for it: it is for looking back. It must not be needed by another.
   * @default false
   */
  readonly inBackground?: boolean;
  /** The service that does its work: without that one this answers, and nothing comes of it. */
  readonly worker?: string;
  /** Memory that it takes at work, in megabytes: what must be free before it starts. */
  readonly memory: number;
  /** How long it may take to end by itself before it is killed, in seconds. Those that keep nothing on disk get little. */
  readonly stopTimeout: number;
  /** Whether others store with it, so that it ends after them. @default false */
  readonly isStorage?: boolean;
  /** Addresses that it offers to clients, by the name they know. */
  readonly addresses?: Readonly<Record<string, AddressOffer>>;
  /** Its keys and passwords, by names that templates of `conf/` know: `{{NAME.KEY}}`. @default none */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** The name of the address at which it is asked whether it works: its own, or that of the service that knows. */
  readonly asked: string;
  /** Whether it works at this moment. May throw, which means no. */
  readonly answers: (address: string, signal: AbortSignal) => Promise<boolean>;
  /** Why it does not work although it runs, where it says so itself and time alone changes nothing. May throw, which means nothing is known. */
  readonly complaint?: (address: string, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * What it offers for measuring over HTTP. Of every service, memory and processor time are read from its processes besides; of one that
   * offers nothing, these alone. @default nothing
   */
  readonly metrics?: readonly Measurement[];
  /** How it sees the others: questions for `doctor`. */
  readonly connections?: readonly ConnectionCheck[];
  /** Folders of `conf/` whose templates are filled for it. */
  readonly configuration: readonly string[];
  /** Files of its own folder of `conf/` that are filled only while another service runs: each with the name of that service. @default none */
  readonly configurationBeside?: Readonly<Record<string, string>>;
  /** More values for the templates, as `{{NAME.KEY}}`. */
  readonly values?: (at: Place) => Readonly<Record<string, string>>;
  /** Folders that must be there before it starts, below the data folder. */
  readonly folders?: readonly string[];
  /** What must be done before it starts: storage is formatted, once and whole. */
  readonly prepare?: (preparation: Preparation) => Promise<void>;
  /** What an instance does once it answers, to have its place among the others; undefined when it has it. */
  readonly join?: (at: Place) => ((joining: Joining) => Promise<void>) | undefined;
  /** Ends what it has started and would leave behind. Called before it ends, and after. */
  readonly endChildren?: (layout: Layout) => Promise<void>;
  readonly container: Container;
}
