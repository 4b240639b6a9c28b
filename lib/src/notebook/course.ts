/** The course: its lessons in their order, what each is about, and what it needs. Whatever lists lessons asks here. */
import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { StreambookError } from "../errors/index.ts";
import { CORE, profileOf, projectFolder, resolveServices } from "../stack/index.ts";

/** A lesson of the course. */
export interface CourseLesson {
  /** `04-clusters`: the name of its file. */
  readonly name: string;
  /** The part of the course that it belongs to. */
  readonly part: string;
  /** The one-line title of lists: shorter than the lesson's own. */
  readonly title: string;
  /** What one does in it. */
  readonly does: string;
  /** Services, groups or profiles that must run, as `streambook up` names them. */
  readonly services: readonly string[];
  /** Minutes to read it, without its exercises: a test compares them with the lesson's length. */
  readonly reading: number;
  /** Seconds that its cells take, as measured on two cores. */
  readonly running: number;
  /** Whether the short track leaves it out: it is the mathematics of the pipeline, which the other lessons use as a tool. */
  readonly mathematics?: boolean;
  /** The stations of the pipeline that it is about, as the guide's front page draws them. */
  readonly stations: readonly string[];
}

const PIPELINE = "The text pipeline";
const FURTHER = "Further pipelines";
const PRODUCTION = "In production";

/** The lessons, in the order in which they are read. */
export const COURSE: readonly CourseLesson[] = [
  {
    name: "00-welcome",
    part: PIPELINE,
    title: "Welcome",
    does: "start Kafka, HDFS, YARN and Hive, and send one text through all four and back",
    services: [],
    reading: 15,
    running: 40,
    stations: [],
  },
  {
    name: "01-stream-api",
    part: PIPELINE,
    title: "Stream API",
    does: "serve files as streams of chunks with fastify, and see what back-pressure saves",
    services: [],
    reading: 25,
    running: 30,
    stations: ["Stream API"],
  },
  {
    name: "02-producer",
    part: PIPELINE,
    title: "Producer",
    does: "topics, partitions, keys and offsets with kafkajs; what order needs, and what batches bring",
    services: ["kafka"],
    reading: 25,
    running: 30,
    stations: ["Producer", "Kafka"],
  },
  {
    name: "03-tokens",
    part: PIPELINE,
    title: "Tokens",
    does: "words to numbers: stems with natural, Zipf's law, TF-IDF by hand, hashing and its collisions",
    services: [],
    reading: 30,
    running: 20,
    mathematics: true,
    stations: ["Consumer"],
  },
  {
    name: "04-clusters",
    part: PIPELINE,
    title: "Clusters",
    does: "k-means from scratch, drawn at each iteration; how many clusters, and why cosine",
    services: [],
    reading: 30,
    running: 20,
    mathematics: true,
    stations: ["Consumer"],
  },
  {
    name: "05-streaming-clusters",
    part: PIPELINE,
    title: "Streaming clusters",
    does: "clusters that follow a stream and keep their names; windows, forgetting, drift",
    services: [],
    reading: 25,
    running: 30,
    mathematics: true,
    stations: ["Consumer"],
  },
  {
    name: "06-hive",
    part: PIPELINE,
    title: "Hive",
    does: "a table over files on HDFS, questions in SQL; too many small files, seen and cured; what drivers do not say",
    services: ["kafka", "hive"],
    reading: 25,
    running: 60,
    stations: ["HDFS", "Hive"],
  },
  {
    name: "07-mapreduce",
    part: PIPELINE,
    title: "MapReduce",
    does: "map, shuffle, sort and reduce in four functions, then on YARN; texts rebuilt, and proven",
    services: ["yarn"],
    reading: 25,
    running: 60,
    stations: ["YARN"],
  },
  {
    name: "08-end-to-end",
    part: PIPELINE,
    title: "End to end",
    does: "everything at once; the consumer killed in the middle, and nothing lost or doubled",
    services: ["core"],
    reading: 35,
    running: 90,
    stations: ["Texts"],
  },
  {
    name: "09-spark",
    part: FURTHER,
    title: "Spark",
    does: "a count that outgrows its process, SQL over a topic, a file and a table, streams that go on; the pipeline on an engine",
    services: ["core", "spark"],
    reading: 35,
    running: 120,
    stations: [],
  },
  {
    name: "10-campaigns",
    part: FURTHER,
    title: "Campaigns",
    does: "ad views by the time at which they were seen; windows, a watermark and what its length costs; late ones, small files, corrections",
    services: ["core", "spark"],
    reading: 40,
    running: 120,
    stations: [],
  },
  {
    name: "11-clicks",
    part: FURTHER,
    title: "Clicks",
    does: "a stream that only keeps, batches by the hour that compute; when an hour is complete, sessions, a funnel, two engines that agree",
    services: ["core", "spark"],
    reading: 30,
    running: 120,
    stations: [],
  },
  {
    name: "12-lakehouse",
    part: FURTHER,
    title: "Lakehouse",
    does: "files on S3 that are no table, and a log that makes them one; tweets in three layers, time travel, one SQL over stream and history, dashboards",
    services: ["core", "spark", "tweets"],
    reading: 35,
    running: 180,
    stations: [],
  },
  {
    name: "13-ratings",
    part: FURTHER,
    title: "Ratings",
    does: "a table for each question; keys that lose ratings, partitions that grow, deletes that stay, a cache, nodes that must agree",
    services: ["core", "cassandra"],
    reading: 45,
    running: 120,
    stations: [],
  },
  {
    name: "14-brokers",
    part: PRODUCTION,
    title: "Brokers",
    does: "acknowledged messages that are gone; three brokers, killed one by one; a group that grows, stands still, and need not",
    services: ["kafka", "brokers"],
    reading: 20,
    running: 120,
    stations: [],
  },
  {
    name: "15-watching",
    part: PRODUCTION,
    title: "Watching",
    does: "all is green, and an hour late; lag as a number and as a time, slow batches and their causes, an alert that fires and ends",
    services: ["core"],
    reading: 35,
    running: 120,
    stations: [],
  },
];

/** A way through the course. */
export interface Track {
  readonly name: "short" | "full" | "further" | "production";
  /** Whom it is for, and what it has, in a sentence without its end. */
  readonly about: string;
  readonly lessons: readonly CourseLesson[];
}

const pipeline = COURSE.filter(({ part }) => part === PIPELINE);

/** The ways through the course: the pipeline alone, or with the mathematics in it; and what one may go on with. */
export const TRACKS: readonly Track[] = [
  {
    name: "short",
    about: "the pipeline, with the clusters as a tool that is used and not explained",
    lessons: pipeline.filter(({ mathematics }) => mathematics !== true),
  },
  { name: "full", about: "the same, and how words become numbers and numbers become clusters", lessons: pipeline },
  {
    name: "further",
    about:
      "the same pipeline on an engine that spans machines, and pipelines of other data, with services of their own",
    lessons: COURSE.filter(({ part }) => part === FURTHER),
  },
  {
    name: "production",
    about: "the pipeline once it runs every day: what may die, what to watch, and whom to call",
    lessons: COURSE.filter(({ part }) => part === PRODUCTION),
  },
];

/** How long a lesson takes, as its first cell says: "About 30 minutes to read, about 45 seconds to run." */
export function timesOf({ reading, running }: Pick<CourseLesson, "reading" | "running">): string {
  return `About ${reading} minutes to read, about ${running} seconds to run.`;
}

/** How long it takes to read the lessons of a track, in hours and their halves: "about 2½ hours". */
export function trackTime({ lessons }: Pick<Track, "lessons">): string {
  const halves = Math.round(lessons.reduce((sum, { reading }) => sum + reading, 0) / 30);
  if (halves <= 1) return "about half an hour";
  if (halves === 2) return "about an hour";
  return `about ${Math.floor(halves / 2)}${halves % 2 === 1 ? "½" : ""} hours`;
}

/** The numbers of a track's lessons: "00 to 08", "00, 01, 06 and 07", "09". */
export function trackLessons({ lessons }: Pick<Track, "lessons">): string {
  const numbers = lessons.map(lessonNumber);
  const [first = "", last = ""] = [numbers[0], numbers.at(-1)];
  if (numbers.length > 2 && Number(last) - Number(first) === numbers.length - 1) return `${first} to ${last}`;
  return [numbers.slice(0, -1).join(", "), last].filter((part) => part !== "").join(" and ");
}

/** A track in a sentence, as lesson 00 and the guide say it. Markdown. */
export function trackSentence(track: Track): string {
  const which = `${track.lessons.length === 1 ? "lesson" : "lessons"} ${trackLessons(track)}`;
  return `The **${track.name} track** takes ${trackTime(track)} to read (${which}): ${track.about}.`;
}

/** The number of a lesson: "04". */
export function lessonNumber({ name }: Pick<CourseLesson, "name">): string {
  return name.slice(0, 2);
}

/** The lesson of a notebook, or of its solutions; undefined for another file. */
export function lessonOf(file: string): CourseLesson | undefined {
  return COURSE.find(({ name }) => name === basename(file, ".ipynb"));
}

/** The services that a notebook of the course needs beyond the core, which may not have been fetched; none for another file. */
export function furtherServices(file: string): string[] {
  const { services = [] } = lessonOf(file) ?? {};
  return (services.length === 0 ? [] : resolveServices(services)).filter((name) => profileOf(name) !== CORE);
}

/** The folder of the notebooks. */
export function notebooksFolder(): string {
  return join(projectFolder(), "notebooks");
}

/** The notebooks of lessons in a folder, in the order of their names: all that are there, those of the course or others. */
export function notebooksIn(folder: string): string[] {
  return globSync("*.ipynb", { cwd: folder })
    .sort()
    .map((name) => join(folder, name));
}

/** The files of the lessons, in their order. @throws NOT_FOUND when one is missing */
export function lessonFiles(): string[] {
  return filesIn(notebooksFolder());
}

/** The files of the exercises' solutions, in the same order. @throws NOT_FOUND when one is missing */
export function solutionFiles(): string[] {
  return filesIn(join(notebooksFolder(), "solutions"));
}

function filesIn(folder: string): string[] {
  return COURSE.map(({ name }) => {
    const file = join(folder, `${name}.ipynb`);
    if (existsSync(file)) return file;
    throw new StreambookError("NOT_FOUND", `${file} is missing; \`git checkout notebooks\` brings it back`);
  });
}

/**
 * The notebooks of the course that a word means: `03`, `03-tokens`, `solutions/03`, also with the folder in front or the
 * ending behind.
 *
 * @returns their files, none when there is no such notebook
 */
export function findNotebooks(word: string): string[] {
  const named = word.replace(/^(?:\.\/)?notebooks\//, "").replace(/\.ipynb$/, "");
  const isSolution = named.startsWith("solutions/");
  const name = isSolution ? named.slice("solutions/".length) : named;
  return (isSolution ? solutionFiles() : lessonFiles()).filter((_, index) => isMeant(COURSE[index]?.name ?? "", name));
}

/** Whether a word is a name, or the beginning of one that ends with a whole word of it. */
function isMeant(name: string, word: string): boolean {
  return name === word || (word !== "" && name.startsWith(word) && !/[\p{L}\p{N}]/u.test(name[word.length] ?? ""));
}

/** The error for a word that means no notebook. */
export function noSuchNotebook(word: string): StreambookError {
  const names = COURSE.map(({ name }) => name).join(", ");
  return new StreambookError(
    "USAGE",
    `there is no notebook "${word}"; the lessons are ${names}, and each has solutions/`,
  );
}
