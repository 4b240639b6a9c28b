/** The lessons, and their solutions, that need Spark. */
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { furtherServices, lessonFiles, solutionFiles } from "../lib/src/notebook/index.ts";
import { testNotebooks } from "./notebooks-for-test.ts";

const files = [...lessonFiles(), ...solutionFiles()].filter((file) => furtherServices(file).includes("spark"));
testNotebooks(files, await needs("spark"));
