import stopwords from "natural/lib/natural/util/stopwords.js";

/** What is left of English contractions when they are cut at their apostrophe: don't → don, t; we'll → we, ll. */
const CONTRACTIONS =
  "ain aren couldn didn doesn don hadn hasn haven isn ll mustn needn re shouldn ve wasn weren wouldn";

/** English words that say nothing about a text's subject: the list of `natural`, and the pieces of contractions. */
export const englishStopWords: ReadonlySet<string> = new Set([...stopwords.words, ...CONTRACTIONS.split(" ")]);
