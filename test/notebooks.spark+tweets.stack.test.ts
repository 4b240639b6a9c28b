/** The lesson on the lakehouse, and its solutions: Spark, S3, Trino and Superset at once. */
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { notebooksWith, testNotebooks } from "./notebooks-for-test.ts";

testNotebooks(notebooksWith("spark+tweets"), await needs("spark", "s3", "trino", "superset"));
