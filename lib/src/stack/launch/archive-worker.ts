/** The program that builds class-data archives in the background: `archive-worker.ts HOME`. The argument marks it in the process table. */
import { buildArchives } from "./archives.ts";

void buildArchives();
