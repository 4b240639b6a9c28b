/** The lessons, and their solutions, that need Cassandra. */
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { furtherServices, lessonFiles, solutionFiles } from "../lib/src/notebook/index.ts";
import { testNotebooks } from "./notebooks-for-test.ts";

const files = [...lessonFiles(), ...solutionFiles()].filter((file) => furtherServices(file).includes("cassandra"));
testNotebooks(files, await needs("cassandra"));
