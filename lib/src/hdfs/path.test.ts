import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { checkPath, encodePath, pathOf } from "./path.ts";

for (const path of ["a/b", "", "./a", "/a/../b", "/..", "/a/./b", "/a//b", "/a:b", "/a\nb", "/a\u0000", "/\ud800"]) {
  test(`the path ${JSON.stringify(path)} is refused`, () => {
    assert.throws(
      () => checkPath(path),
      (error) => isStreambookError(error, "USAGE"),
    );
  });
}

test("names are percent-encoded, slashes are not", () => {
  assert.equal(encodePath("/a b/50%+1#?&;=.txt"), "/a%20b/50%25%2B1%23%3F%26%3B%3D.txt");
  assert.equal(encodePath("/zażółć/😀"), "/za%C5%BC%C3%B3%C5%82%C4%87/%F0%9F%98%80");
  assert.equal(encodePath("/"), "/");
  assert.equal(checkPath("/a/b/"), "/a/b");
  assert.equal(checkPath("/..a/b.."), "/..a/b..");
});

test("a location with or without host is a path", () => {
  assert.equal(pathOf("hdfs:///streambook/log"), "/streambook/log");
  assert.equal(pathOf("hdfs://node:9000/x"), "/x");
  assert.equal(pathOf("/x"), "/x");
});
