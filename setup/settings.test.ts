import assert from "node:assert/strict";
import { test } from "node:test";
import { ignoredRequirements, misspeltSettings, setting, settingsProblem } from "./settings.mjs";

test("blanks and line ends around a value, as files of settings leave them, are no part of it", () => {
  assert.equal(setting("X", { X: " /a b\r\n" }), "/a b");
  assert.deepEqual([...ignoredRequirements({ STREAMBOOK_IGNORE: "memory, disk\r" })], ["memory", "disk"]);
});

test("a folder that would be another one elsewhere is refused", () => {
  for (const name of ["STREAMBOOK_HOME", "STREAMBOOK_JARS", "STREAMBOOK_CACHE"]) {
    for (const value of ["home", "./home", "~/home", "file:///home"])
      assert.match(settingsProblem({ [name]: value }) ?? "", new RegExp(`^${name} is "${value}".*begins with /$`));
    for (const value of ["", " ", "/a b", "/~"]) assert.equal(settingsProblem({ [name]: value }), undefined);
  }
});

test("a value that means nothing is refused, with those that mean something", () => {
  const wrong = {
    STREAMBOOK_PORTS: ["Free", "9092"],
    STREAMBOOK_ARCHIVES: ["no", "0"],
    STREAMBOOK_STACK: ["External", "none"],
    STREAMBOOK_IGNORE: ["Memory", "disk,cpu"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values)
      assert.match(settingsProblem({ [name]: value }) ?? "", new RegExp(`^${name} says ".*knows only "`), value);
  }
  const right = { STREAMBOOK_PORTS: "free", STREAMBOOK_ARCHIVES: "use", STREAMBOOK_STACK: "external" };
  assert.equal(settingsProblem({ ...right, STREAMBOOK_IGNORE: "disk,memory," }), undefined);
});

test("a misspelt variable is named with the one that was meant; others are nobody's business", () => {
  const known = ["STREAMBOOK_PORTS", "STREAMBOOK_HOME"];
  assert.deepEqual(
    misspeltSettings(known, { STREAMBOOK_PORTS: "free", PATH: "/bin", MY_STREAMBOOK_PROTS: "free" }),
    [],
  );
  assert.deepEqual(misspeltSettings(known, { STREAMBOOK_PROTS: "free", streambook_home: "/x" }), [
    "the variable STREAMBOOK_PROTS is not known; did you mean STREAMBOOK_PORTS?",
    "the variable streambook_home is not known; did you mean STREAMBOOK_HOME?",
  ]);
  assert.match(misspeltSettings(known, { STREAMBOOK_SOMETHING_ELSE: "x" })[0] ?? "", /docs\/environment\.md lists all/);
});
