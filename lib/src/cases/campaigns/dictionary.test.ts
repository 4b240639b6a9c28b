import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { knownCampaigns, parseCampaigns } from "./dictionary.ts";

const head = "network_id,campaign_id,campaign_name";

suite("the dictionary of the campaigns", () => {
  test("has fourteen campaigns of four networks", () => {
    assert.equal(knownCampaigns().length, 14);
    assert.deepEqual(
      [...new Set(knownCampaigns().map(({ network }) => network))],
      ["harbour", "meadow", "quartz", "sparrow"],
    );
  });

  test("is read as other programs write it: quotes, a byte-order mark, line ends of Windows, empty lines", () => {
    assert.deepEqual(parseCampaigns(`\uFEFF${head}\r\nmeadow,1,"Seeds, ""small"" ones"\r\n\r\nharbour,2,\r\n`), [
      { network: "meadow", id: 1, name: 'Seeds, "small" ones' },
      { network: "harbour", id: 2, name: "" },
    ]);
  });

  const wrong: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    ["other columns", "id,name\n1,a\n", /file\.csv, line 1: must be network_id,campaign_id,campaign_name/],
    ["nothing but its columns", `${head}\n`, /line 1: no campaign follows/],
    ["two values", `${head}\nmeadow,1\n`, /line 2: must have three values, and is "meadow,1"/],
    ["quotes that do not end", `${head}\nmeadow,1,"a\n`, /line 2: must have three values/],
    ["text behind quotes", `${head}\nmeadow,1,"a"b\n`, /line 2: must have three values/],
    ["a network that is no folder", `${head}\nmeadow,1,a\n../x,2,b\n`, /line 3: the network must be lower-case/],
    ["the network of the unknown", `${head}\nunknown,1,a\n`, /other than "unknown"/],
    ["an id that is text", `${head}\nmeadow,one,a\n`, /id must be a whole number of 32 bits, from 1, and is "one"/],
    ["an id that is too large", `${head}\nmeadow,2147483648,a\n`, /32 bits/],
    ["a campaign twice", `${head}\nmeadow,1,a\nquartz,1,b\n`, /line 3: the campaign 1 is there twice/],
  ];
  for (const [what, text, said] of wrong)
    test(`with ${what} is refused, with the line`, () => {
      assert.throws(() => parseCampaigns(text, "file.csv"), { code: "USAGE", message: said });
    });
});
