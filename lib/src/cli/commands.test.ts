import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { addCommands, calledCommand, EVERY } from "./commands.ts";

async function program(called: string | undefined): Promise<Command> {
  const made = new Command("streambook").option("--verbose", "more");
  await addCommands(made, called);
  return made;
}

test("the list of the commands is the same whether their modules are loaded, or one of them, or none", async () => {
  const all = await program(EVERY);
  assert.ok(all.commands.length > 20);
  for (const columns of [60, 80, 200]) {
    const help = (one: Command): string => one.configureOutput({ getOutHelpWidth: () => columns }).helpInformation();
    for (const called of [undefined, "run", "status", "no such command"])
      assert.equal(help(await program(called)), help(all), `${called} in ${columns} columns`);
  }
});

test("every command is in the list, with what it does", async () => {
  for (const one of (await program(EVERY)).commands) {
    assert.match(one.summary(), /^[a-z].*[^.]$/, one.name());
    assert.ok(one.description().length > 0, one.name());
  }
});

test("the command that is called is the first word that is no option, or what help is asked about", () => {
  assert.equal(calledCommand(["--verbose", "up", "kafka"]), "up");
  assert.equal(calledCommand(["help", "up"]), "up");
  assert.equal(calledCommand(["--help"]), undefined);
  assert.equal(calledCommand([]), undefined);
});
