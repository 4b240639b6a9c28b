/** The program of a guardian: `guardian-worker.ts PROCESS CHARGE`, with a pipe to that process as standard input. */
import { type Charge, guard } from "./guardian.ts";

const [, , program, charge = ""] = process.argv;
void guard(Number(program), process.stdin, JSON.parse(charge) as Charge);
