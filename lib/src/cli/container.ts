/** `streambook container-run`: what the containers of docker-compose.yml start. */
import type { Command } from "commander";
import { runInContainer } from "../stack/index.ts";
import { action } from "./command.ts";

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("container-run", { hidden: true })
    .argument("<service>")
    .action(
      action(async (_, { signal, operands: [name = ""] }) => {
        const onProgress = ({ message }: { message: string }): void => console.error(message);
        process.exitCode = await runInContainer(name, { signal, onProgress });
      }),
    );
}
