import assert from "node:assert/strict";
import { test } from "node:test";
import { SERVICE_NAMES, type ServiceName } from "./services.ts";
import { missingServices, type ServiceStatus } from "./status.ts";

const cases: readonly (readonly [running: readonly ServiceName[], missing: readonly ServiceName[]])[] = [
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
    const services = SERVICE_NAMES.map((name): ServiceStatus =>
      running.includes(name) ? { name, state: "running", pid: 1 } : { name, state: "stopped" },
    );
    assert.deepEqual(missingServices(services), missing);
  });
}
