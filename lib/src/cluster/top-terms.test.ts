import assert from "node:assert/strict";
import { test } from "node:test";
import { topTerms } from "./index.ts";

const texts = [
  { label: 1, terms: ["the", "ant", "the", "ants", "hill"] },
  { label: 0, terms: ["the", "bee", "the", "bee", "honey"] },
  { label: 0, terms: ["bees", "the", "honey"] },
];

test("a cluster's terms are those that the others have not", () => {
  assert.deepEqual(topTerms(texts, { count: 2 }), [
    { id: 0, size: 2, terms: ["bee", "honey"] },
    { id: 1, size: 1, terms: ["ant", "ants"] },
  ]);
});

test("weights are tf · ln(1 + A / f): a term's part of its cluster's words, and how rare it is in all clusters", () => {
  const [cluster] = topTerms(texts);
  const times = { the: [3, 5], bee: [2, 2], honey: [2, 2], bees: [1, 1] } as const; // in cluster 0, in both
  const weight = (term: string): number => {
    const [here, everywhere] = times[term as keyof typeof times];
    return (here / 8) * Math.log(1 + (8 + 5) / 2 / everywhere);
  };
  assert.deepEqual(
    cluster?.terms,
    Object.keys(times).sort((a, b) => weight(b) - weight(a)),
  );
});

test("merged terms count as one, and are shown in their most frequent form", () => {
  const [bees] = topTerms(texts, { count: 3, merge: (term) => term.replace(/s$/, "") });
  assert.deepEqual(bees?.terms, ["bee", "honey", "the"]);
});

test("terms that only look like something else are terms", () => {
  assert.deepEqual(topTerms([{ label: 0, terms: ["constructor", "__proto__"] }]), [
    { id: 0, size: 1, terms: ["__proto__", "constructor"] },
  ]);
});

test("clusters without words have no terms; no texts, no clusters", () => {
  assert.deepEqual(topTerms([{ label: 3, terms: [] }]), [{ id: 3, size: 1, terms: [] }]);
  assert.deepEqual(topTerms([]), []);
});
