/** The lessons, and their solutions, that need Spark beside the core, and nothing else. */
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { notebooksWith, testNotebooks } from "./notebooks-for-test.ts";

testNotebooks(notebooksWith("spark"), await needs("spark"));
