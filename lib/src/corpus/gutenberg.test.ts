import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cutGutenberg, stripGutenberg } from "./index.ts";

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

const LICENCE_TEXT =
  "Updated editions will replace the previous one.\n\nProject Gutenberg™ is a registered trademark.\n".repeat(30);

/** How books have begun and ended over the years. */
const headers: Readonly<Record<string, string>> = {
  today: "The Project Gutenberg eBook of Bees\n\nTitle: Bees\n\n*** START OF THE PROJECT GUTENBERG EBOOK BEES ***\n",
  "over two lines":
    "The Project Gutenberg eBook of Bees\n\n*** START OF THE PROJECT GUTENBERG EBOOK BEES, WASPS, AND MANY\nOTHERS: A LONG TITLE ***\n",
  "without closing stars": "The Project Gutenberg EBook of Bees\n\n*** START OF THE PROJECT GUTENBERG EBOOK BEES\n",
  "without blanks": "Project Gutenberg's Bees, by Ann\n\n***START OF THE PROJECT GUTENBERG EBOOK BEES***\n",
  "this project": "Project Gutenberg's Bees, by Ann\n\n*** START OF THIS PROJECT GUTENBERG EBOOK BEES ***\n",
  "under copyright":
    "** This is a COPYRIGHTED eBook **\n\n*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK, BEES ***\n",
  "nothing before it": "\uFEFF*** START OF THE PROJECT GUTENBERG EBOOK BEES ***\n",
  "small print of 1993":
    "***The Project Gutenberg Etext of Bees***\n\n***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\nWhy is this here?\n\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n",
  "small print of 2002":
    "The Project Gutenberg EBook of Bees\n\n**Welcome To The World of Free Plain Vanilla Electronic Texts**\n\n*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*\n",
  "small print and a line of its own":
    "The Project Gutenberg EBook of Bees\n\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.10/04/01*END*\n\n\n*** START OF THE PROJECT GUTENBERG EBOOK, BEES ***\n",
};
const footers: Readonly<Record<string, string>> = {
  today: `*** END OF THE PROJECT GUTENBERG EBOOK BEES ***\n\n${LICENCE_TEXT}`,
  "over two lines": `*** END OF THE PROJECT GUTENBERG EBOOK BEES, WASPS, AND MANY\nOTHERS: A LONG TITLE ***\n\n${LICENCE_TEXT}`,
  "without closing stars": `*** END OF THE PROJECT GUTENBERG EBOOK BEES\n\n${LICENCE_TEXT}`,
  "without blanks": `***END OF THE PROJECT GUTENBERG EBOOK BEES***\n\n${LICENCE_TEXT}`,
  "with a closing line": `End of Project Gutenberg's Bees, by Ann\n\n*** END OF THIS PROJECT GUTENBERG EBOOK BEES ***\n\n***** This file should be named 1.txt *****\n\n*** START: FULL LICENSE ***\n\n${LICENCE_TEXT}`,
  "with a closing line over two": `End of the Project Gutenberg EBook of Bees, Wasps, and Many\nOthers, by Ann\n\n*** END OF THIS PROJECT GUTENBERG EBOOK BEES ***\n\n${LICENCE_TEXT}`,
  "a closing line alone": "End of the Project Gutenberg Etext of Bees, by Ann\n",
  "a closing line in German": "Ende dieses Projekt Gutenberg Etextes Bienen\n",
  "a closing line in French": "Fin du Project Gutenberg Etext des Abeilles\n",
};
const LICENCE_ALONE = `*** START: FULL LICENSE ***\n\n${LICENCE_TEXT}`;

const book = (header: string, body: string, footer: string, newline = "\n"): string =>
  `${header}\n\n${body}\n\n\n${footer}`.replaceAll("\n", newline);

test("every form of a header with every form of a footer leaves the book, and says what was cut", () => {
  for (const [how, header] of Object.entries(headers)) {
    for (const [ended, footer] of Object.entries({ ...footers, "the licence alone": LICENCE_ALONE })) {
      for (const newline of ["\n", "\r\n"]) {
        const cut = cutGutenberg(book(header, "Produced by Ann\n\n  Once.\n\nTwice.", footer, newline));
        assert.equal(cut.body, "Produced by Ann\n\n  Once.\n\nTwice.\n".replaceAll("\n", newline), `${how}; ${ended}`);
        assert.equal(cut.header?.lines, header.split("\n").length - 1, how);
        assert.equal(cut.header.first, header.replace("\uFEFF", "").split("\n", 1)[0]?.slice(0, 60));
        assert.equal(cut.footer?.lines, footer.split("\n").length - 1, ended);
        assert.ok(footer.startsWith(cut.footer.first.replace(/…$/, "")));
      }
    }
  }
});

test("a book that quotes such lines comes back whole", () => {
  const lines = fc.constantFrom(
    ...[
      "*** END OF THE PROJECT GUTENBERG EBOOK WASPS ***",
      "*** START OF THE PROJECT GUTENBERG EBOOK WASPS ***",
      "***",
    ],
    ...[
      "End of Project Gutenberg's Wasps",
      "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*END*",
      "",
      "She said ***",
      "Once.",
    ],
  );
  const body = fc
    .array(lines, { maxLength: 60 })
    .map((middle) => ["Once.", ...middle, "", "The last words."].join("\n"));
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(headers)),
      body,
      fc.constantFrom(...Object.values(footers)),
      (header, body, footer) => assert.equal(stripGutenberg(book(header, body, footer)), `${body}\n`),
    ),
    { numRuns: 400 },
  );
});

const kept: readonly (readonly [what: string, text: string])[] = [
  [
    "a text about such lines, far from its beginning",
    `${"A line.\n".repeat(600)}${headers["today"]}${"A line.\n".repeat(50)}`,
  ],
  [
    "an end in the middle, followed by what is no licence",
    `Once.\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n${"More.\n".repeat(50)}`,
  ],
  ["a closing line of a text that has no header", "Once.\n\nEnd of Project Gutenberg's Bees, by Ann\n"],
  ["a licence and nothing else", `${headers["today"]}\n\n${footers["today"]}`],
];
for (const [what, text] of kept) {
  test(`in doubt all is kept, and nothing is said to be cut: ${what}`, () =>
    assert.deepEqual(cutGutenberg(text), { body: text, header: undefined, footer: undefined }));
}
