/** Every lesson and every solution that the core is enough for. Those of further services are tested with them. */
import { furtherServices, lessonFiles, solutionFiles } from "../lib/src/notebook/index.ts";
import { testNotebooks } from "./notebooks-for-test.ts";

testNotebooks([...lessonFiles(), ...solutionFiles()].filter((file) => furtherServices(file).length === 0));
