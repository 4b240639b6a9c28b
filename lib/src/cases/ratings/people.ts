/** Who rates, and what: names and titles that are nobody's, with tastes and qualities, so that averages mean something. */
import { Random } from "../../random/index.ts";

/** How many people rate. */
export const PEOPLE = 2000;
/** How many movies there are. */
export const MOVIES = 240;

const genres = ["comedy", "drama", "adventure", "mystery", "romance"] as const;

/** A movie: most people see the first of them. */
export interface Movie {
  readonly title: string;
  readonly genre: number;
  /** The rating that most would give it, 2 to 9. */
  readonly quality: number;
}

/** A person. */
export interface Person {
  readonly name: string;
  /** What is added to every rating: some are lenient, some strict. */
  readonly leniency: number;
  /** What is added by genre. */
  readonly taste: readonly number[];
}

const FIRST =
  "Ada Bela Cora Dion Edda Fadil Gero Hana Ilja Juna Kian Lale Mirko Nele Orin Pia Quin Rada Sven Tula".split(" ");
const LAST =
  "Adal Birn Corv Dahl Ebel Finke Gorm Holt Imber Jarn Kolb Lund Moor Nadel Ott Perk Quast Rusk Stahl Torn".split(" ");
const MARKS = "A B C D E".split(" ");

const FIRST_WORDS =
  "The Silent,A Paper,The Last,Seven,Her Crooked,The Borrowed,No Second,Beneath the,Two Cold,The Painted".split(",");
const MIDDLE_WORDS = "Lantern,Harbour,Orchard,Winter,Compass,Staircase".split(",");
const LAST_WORDS = "of Glass,Returns,in the Rain,Without a Map".split(",");

/** People and movies; the same for the same seed. */
export function cast(seed: number): { readonly people: readonly Person[]; readonly movies: readonly Movie[] } {
  const random = new Random(seed).fork(7);
  const people = Array.from({ length: PEOPLE }, (_, index): Person => {
    const [first, last, mark] = digitsOf(index, [FIRST, LAST, MARKS]);
    const taste = genres.map(() => 0.8 * random.normal());
    return { name: `${first} ${mark}. ${last}`, leniency: 0.7 * random.normal(), taste };
  });
  const movies = Array.from({ length: MOVIES }, (_, index): Movie => {
    const title = digitsOf(index, [FIRST_WORDS, MIDDLE_WORDS, LAST_WORDS]).join(" ");
    return { title, genre: random.below(genres.length), quality: 2 + 7 * random.next() };
  });
  return { people, movies };
}

/** A word of each list, another combination for every index. */
function digitsOf(index: number, lists: readonly (readonly string[])[]): string[] {
  let rest = index;
  return lists.map((words) => {
    const word = words[rest % words.length] as string;
    rest = Math.floor(rest / words.length);
    return word;
  });
}

/** The rating of a movie by a person, 1 to 10: how good it is, how that person sees such movies, and the day. */
export function ratingOf({ leniency, taste }: Person, { quality, genre }: Movie, random: Random): number {
  const felt = quality + leniency + (taste[genre] ?? 0) + random.normal();
  return Math.min(10, Math.max(1, Math.round(felt)));
}
