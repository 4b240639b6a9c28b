import assert from "node:assert/strict";
import { test } from "node:test";
import { stripGutenberg } from "./index.ts";

const cases: readonly (readonly [what: string, text: string, body: string])[] = [
  [
    "today's form",
    "The Project Gutenberg eBook of Bees\n\nTitle: Bees\n\n*** START OF THE PROJECT GUTENBERG EBOOK BEES ***\n\n\nOnce.\n\nTwice.\n\n\n*** END OF THE PROJECT GUTENBERG EBOOK BEES ***\n\nLicence …\n",
    "Once.\n\nTwice.\n",
  ],
  [
    "“this” and no space",
    "x\n***START OF THIS PROJECT GUTENBERG EBOOK BEES***\nOnce.\n***END OF THIS PROJECT GUTENBERG EBOOK BEES***\ny\n",
    "Once.\n",
  ],
  [
    "Windows line ends",
    "x\r\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\r\n\r\nOnce.\r\n\r\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\r\n",
    "Once.\r\n",
  ],
  [
    "the courtesy line of older books",
    "*** START OF THIS PROJECT GUTENBERG EBOOK X ***\nOnce.\n\nEnd of the Project Gutenberg EBook of X, by Y\n\n*** END OF THIS PROJECT GUTENBERG EBOOK X ***\n",
    "Once.\n",
  ],
  ["only an end", "Once.\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\nLicence\n", "Once.\n"],
  ["only a start", "x\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\nOnce.\n", "Once.\n"],
  [
    "the first line's indentation is the text's own",
    "*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n   \n    Once.\n",
    "    Once.\n",
  ],
  [
    "neither: the text stays as it is, every byte",
    "  Once.\r\n*** START of something else ***\n\n",
    "  Once.\r\n*** START of something else ***\n\n",
  ],
  [
    "an end before the start is not an end",
    "*** END OF THE PROJECT GUTENBERG EBOOK X ***\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\nOnce.\n",
    "Once.\n",
  ],
  [
    "a text that speaks of Project Gutenberg",
    "End of Project Gutenberg was near, she said.\n",
    "End of Project Gutenberg was near, she said.\n",
  ],
];

for (const [what, text, body] of cases)
  test(`Project Gutenberg: ${what}`, () => assert.equal(stripGutenberg(text), body));
