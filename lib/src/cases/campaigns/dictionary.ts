/** The dictionary of the campaigns: which network each belongs to, and what it is called. A person may edit its file. */
import { readFileSync } from "node:fs";
import { messageOf, StreambookError } from "../../errors/index.ts";
import { projectFile } from "../../project/index.ts";

/** A row of the dictionary. */
export interface Campaign {
  /** The network that shows the campaign's banners: lower-case letters, digits and `-`, because it names a folder. */
  readonly network: string;
  readonly id: number;
  readonly name: string;
}

/** The network of campaigns that the dictionary does not have. */
export const UNKNOWN_NETWORK = "unknown";

/** The columns of the file, in its first line. */
const COLUMNS = "network_id,campaign_id,campaign_name";
/** A value of a line, in quotes if it holds a comma or a quote (RFC 4180), and what ends it. */
const VALUE = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/**
 * Reads the text of a dictionary: lines of comma-separated values under their names.
 *
 * @param where what the text is, for messages
 * @throws USAGE naming the line, for one of another form, an id that is there twice, or a dictionary without campaigns
 *
 * @example
 * ```ts
 * import { parseCampaigns } from "streambook/cases";
 * const [campaign] = parseCampaigns('network_id,campaign_id,campaign_name\nmeadow,203,"Bread, on Sundays"\n');
 * console.assert(campaign?.network === "meadow" && campaign.id === 203 && campaign.name === "Bread, on Sundays");
 * ```
 */
export function parseCampaigns(text: string, where = "the dictionary"): Campaign[] {
  const fail = (line: number, what: string): never => {
    throw new StreambookError("USAGE", `${where}, line ${line}: ${what}; a line is such as meadow,203,Sunday bread`);
  };
  const [head = "", ...lines] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (head !== COLUMNS) return fail(1, `must be ${COLUMNS}, and is ${JSON.stringify(head.slice(0, 80))}`);
  const seen = new Set<number>();
  const campaigns = lines.flatMap((line, index): Campaign[] => {
    if (line.trim() === "") return [];
    const values = valuesOf(line);
    if (values?.length !== 3) return fail(index + 2, `must have three values, and is ${JSON.stringify(line)}`);
    const [network, number, name] = values as [string, string, string];
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(network) || network === UNKNOWN_NETWORK)
      return fail(
        index + 2,
        `the network must be lower-case letters, digits and -, other than "${UNKNOWN_NETWORK}", and is "${network}"`,
      );
    const id = Number(number);
    if (!/^[1-9]\d{0,9}$/.test(number) || id >= 2 ** 31)
      return fail(index + 2, `the campaign's id must be a whole number of 32 bits, from 1, and is "${number}"`);
    if (seen.has(id)) return fail(index + 2, `the campaign ${id} is there twice`);
    seen.add(id);
    return [{ network, id, name }];
  });
  return campaigns.length > 0 ? campaigns : fail(1, "no campaign follows it");
}

/** The values of a line; undefined when its quotes do not end. */
function valuesOf(line: string): string[] | undefined {
  const values: string[] = [];
  for (let at = 0; ;) {
    VALUE.lastIndex = at;
    const [all, quoted, plain = "", end] = VALUE.exec(line) ?? [];
    if (all === undefined) return undefined;
    values.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") return values;
    at += all.length;
  }
}

let read: readonly Campaign[] | undefined;

/**
 * The campaigns of `data/campaigns.csv`.
 *
 * @throws USAGE when the file cannot be read, or as {@link parseCampaigns}
 */
export function knownCampaigns(): readonly Campaign[] {
  if (read !== undefined) return read;
  const file = "data/campaigns.csv";
  let text: string;
  try {
    text = readFileSync(projectFile(file), "utf8");
  } catch (cause) {
    throw new StreambookError("USAGE", `cannot read the dictionary ${file} (${messageOf(cause)}); put it back`, {
      cause,
    });
  }
  read = parseCampaigns(text, file);
  return read;
}
