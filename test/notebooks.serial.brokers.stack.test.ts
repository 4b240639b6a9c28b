/** The lesson on three brokers, and its solutions: it kills them, so nothing may run beside it. */
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { notebooksWith, testNotebooks } from "./notebooks-for-test.ts";

testNotebooks(notebooksWith("brokers"), await needs("brokers"));
