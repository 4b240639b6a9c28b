import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { absentPartners } from "./partners.ts";

const cases: readonly (readonly [stored: readonly string[], started: readonly string[], said: RegExp | undefined])[] = [
  [[], ["cassandra"], undefined],
  [["cassandra"], ["cassandra"], undefined],
  [["cassandra", "cassandra-2"], ["cassandra", "cassandra-2"], undefined],
  [["cassandra", "cassandra-2"], ["kafka"], undefined],
  [
    ["cassandra", "cassandra-2"],
    ["cassandra"],
    /^Cassandra 2 has joined and is not started: .* until cassandra-2 is up$/,
  ],
  [
    ["cassandra", "cassandra-2", "cassandra-3"],
    ["kafka", "cassandra"],
    /^Cassandra 2 and Cassandra 3 have joined and are not started: .* until cassandra-2 and cassandra-3 are up$/,
  ],
];

for (const [stored, started, said] of cases) {
  const what = `${started.join(" and ")} started where ${stored.join(", ") || "nothing"} has stored`;
  test(`${what}: ${said === undefined ? "nothing to say" : "says what is out of reach"}`, async () => {
    const data = await mkdtemp(join(tmpdir(), "streambook-partners-"));
    try {
      for (const name of stored) await mkdir(join(data, name));
      const text = await absentPartners({ data }, started);
      if (said === undefined) assert.equal(text, undefined);
      else assert.match(text ?? "", said);
    } finally {
      await rm(data, { recursive: true });
    }
  });
}
