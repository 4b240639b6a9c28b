import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { membersOf, resolveServices, SERVICE_NAMES, SERVICES } from "./services.ts";

const cases: [names: string[], expected: string][] = [
  [[], SERVICE_NAMES.join()],
  [["kafka"], "kafka"],
  [["hive"], "namenode,datanode,hiveserver2"],
  [["kafka", "hdfs"], "kafka,namenode,datanode"],
  [["yarn"], "namenode,datanode,resourcemanager,nodemanager,historyserver"],
  [["nodemanager", "nodemanager"], "namenode,datanode,resourcemanager,nodemanager"],
];
for (const [names, expected] of cases) {
  test(`"${names.join(" ")}" stands for ${expected}`, () => assert.equal(resolveServices(names).join(), expected));
}

test("a name that is none is wrong usage, and the message says which there are", () => {
  for (const name of ["hbase", "", "toString", "KAFKA"]) {
    assert.throws(
      () => membersOf(name),
      (error) => isStreambookError(error, "USAGE") && /there are all, hdfs.*hiveserver2/.test(error.message),
    );
  }
});

test("no two services want the same port, and each stands after those it waits for", () => {
  const ports = SERVICE_NAMES.flatMap((name) => Object.values(SERVICES[name].ports));
  assert.equal(new Set(ports).size, ports.length);
  for (const [index, name] of SERVICE_NAMES.entries()) {
    for (const other of [...SERVICES[name].after, ...SERVICES[name].needs])
      assert.ok(SERVICE_NAMES.indexOf(other) < index);
  }
});
