/** Every lesson and every solution that the core is enough for. Those of further services are tested with them. */
import { notebooksWith, testNotebooks } from "./notebooks-for-test.ts";

testNotebooks(notebooksWith(""));
