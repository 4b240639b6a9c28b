import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveServices } from "../catalog/index.ts";
import { missingServices, type ServiceStatus } from "./status.ts";

const cases: readonly (readonly [running: readonly string[], missing: readonly string[]])[] = [
  [[], []],
  [["kafka"], []],
  [["namenode", "datanode", "hiveserver2"], []],
  [["namenode"], ["datanode"]],
  [
    ["namenode", "resourcemanager"],
    ["datanode", "nodemanager"],
  ],
];
for (const [running, missing] of cases) {
  test(`where ${running.join(" and ") || "nothing"} runs, ${missing.join(" and ") || "nothing"} is missing`, () => {
    const services = resolveServices().map((name): ServiceStatus =>
      running.includes(name) ? { name, state: "running", pid: 1 } : { name, state: "stopped" },
    );
    assert.deepEqual(missingServices(services), missing);
  });
}
