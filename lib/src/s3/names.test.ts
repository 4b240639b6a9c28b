import assert from "node:assert/strict";
import { test } from "node:test";
import { checkBucketName, checkKey } from "./names.ts";

for (const name of ["lake", "tweets-bronze", "a.b", "123", "x".repeat(63)]) {
  test(`a bucket may be called ${name.slice(0, 20)}`, () => assert.equal(checkBucketName(name), name));
}

for (const name of [
  "",
  "ab",
  "A_b",
  "Lake",
  "-lake",
  "lake-",
  ".lake",
  "a..b",
  "a.-b",
  "a-.b",
  "a b",
  "ä-b",
  "a/b",
  "x".repeat(64),
]) {
  test(`no bucket is called ${JSON.stringify(name.slice(0, 20))}`, () =>
    assert.throws(() => checkBucketName(name), { code: "USAGE", message: /3 to 63 lower-case/ }));
}

for (const key of ["a", "date=2026-01-31/hour=07/t_0-99.json", "κλειδί α/10:00/a+b.json", "a.b/..c", "x".repeat(200)]) {
  test(`an object may be called ${key.slice(0, 40)}`, () => assert.equal(checkKey(key), key));
}

const wrong: readonly (readonly [key: string, why: RegExp])[] = [
  ["", /empty/],
  ["/a", /before, between or behind/],
  ["a//b", /before, between or behind/],
  ["a/", /before, between or behind/],
  ["a/../b", /it has \.\. between/],
  [".", /it has \. between/],
  ["a\nb", /control/],
  ["\ud800", /Unicode/],
  ["x".repeat(201), /longer than 200/],
  ["ä/".repeat(400) + "a", /longer than 1024/],
];
for (const [key, why] of wrong) {
  test(`no object is called ${JSON.stringify(key.slice(0, 20))}`, () =>
    assert.throws(() => checkKey(key), { code: "USAGE", message: why }));
}
