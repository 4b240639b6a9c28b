import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import {
  instanceNames,
  isInBackground,
  libraries,
  membersOf,
  needsOf,
  resolveServices,
  service,
  serviceNames,
  waitedFor,
} from "./index.ts";
import { wellKnownPorts } from "../place.ts";

const cases: [names: string[], expected: string][] = [
  [[], "kafka,namenode,datanode,resourcemanager,nodemanager,historyserver,hiveserver2"],
  [["kafka-3"], "kafka,kafka-3"],
  [["brokers"], "kafka,kafka-2,kafka-3"],
  [["metastore"], "namenode,datanode,metastore"],
  [["all"], serviceNames().join()],
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
  for (const name of ["hbase", "", "toString", "KAFKA", "kafka-4", "kafka-1", "namenode-2"]) {
    assert.throws(
      () => membersOf(name),
      (error) =>
        isStreambookError(error, "USAGE") && /there are all, core, brokers, hdfs.*hiveserver2/.test(error.message),
    );
  }
});

test("no two instances want the same port, and each stands after those it waits for", () => {
  const names = instanceNames();
  const ports = names.flatMap((name) => Object.values(wellKnownPorts(name)));
  assert.equal(new Set(ports).size, ports.length);
  for (const [index, name] of names.entries()) {
    const { after, uses = [] } = service(name);
    for (const other of [...after, ...needsOf(name), ...uses])
      assert.ok(names.indexOf(other) < index, `${other} ${name}`);
  }
});

test("a further instance waits for the first; where they start in turn, for all before it", () => {
  assert.deepEqual(waitedFor("kafka-3"), ["kafka"]);
  assert.deepEqual(waitedFor("cassandra"), []);
  assert.deepEqual(waitedFor("cassandra-2"), ["cassandra"]);
  assert.deepEqual(waitedFor("cassandra-3"), ["cassandra", "cassandra-2"]);
});

test("what nobody waits for is needed by nobody", () => {
  const waited = new Set(instanceNames().flatMap((name) => [...needsOf(name), ...waitedFor(name)]));
  assert.deepEqual(
    instanceNames().filter((name) => isInBackground(name) && waited.has(name)),
    [],
  );
  assert.ok(isInBackground("historyserver"));
});

test("an extension of a program counts among its libraries while the service runs that it is for", () => {
  const names = (...parameters: Parameters<typeof libraries>): string[] =>
    libraries(...parameters).map(({ name }) => name);
  assert.deepEqual(names(["spark"]), ["spark"]);
  assert.deepEqual(names(["spark"], ["s3"]), ["spark", "delta"], "S3 runs elsewhere, or already");
  assert.deepEqual(names(["s3", "spark"]), ["s3", "spark", "delta"]);
  assert.ok(names().includes("delta"), "among all libraries");
});

test("what an extension is for is a service that its program waits for, if it runs", () => {
  for (const { name, program } of instanceNames().map(service)) {
    const beside = program.kind === "java" ? (program.extensions ?? []).map((one) => one.beside) : [];
    for (const other of beside) assert.ok(waitedFor(name).includes(other), `${name} has an extension for ${other}`);
  }
});

test("every key and password has a variable of its own, and is long enough not to be guessed", () => {
  const secrets = serviceNames().flatMap((name) => Object.values(service(name).secrets ?? {}));
  assert.equal(new Set(secrets.map(({ variable }) => variable)).size, secrets.length);
  for (const { variable, length } of secrets) {
    assert.match(variable, /^STREAMBOOK_[A-Z0-9_]+$/);
    assert.ok(length >= 20, variable);
  }
});
