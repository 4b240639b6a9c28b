/** Which engine reads the topic: this process, or Spark. */
import { Option } from "commander";
import { engines } from "../../texts/index.ts";

/** `--engine`. */
export function engineOption(): Option {
  return new Option("--engine <name>", "what reads the topic: this process, or Spark (`streambook up spark` starts it)")
    .choices(engines)
    .default("typescript");
}
