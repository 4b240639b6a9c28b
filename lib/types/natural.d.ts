// The parts of `natural` that we use. Its root import prints a notice and loads database drivers, so we import the files.
declare module "natural/lib/natural/stemmers/porter_stemmer.js" {
  const PorterStemmer: { stem(token: string): string };
  export default PorterStemmer;
}

declare module "natural/lib/natural/util/stopwords.js" {
  const stopwords: { readonly words: readonly string[] };
  export default stopwords;
}
