/**
 * The package `streambook`. Each room is imported by its own name (`streambook/kafka`, `streambook/text`, …), so that a
 * program loads only what it uses; here are the errors they all throw, and the waiting they all do.
 */
export * from "./errors/index.ts";
export * from "./async/index.ts";
