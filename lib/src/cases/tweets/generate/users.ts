/** Who tweets: users that are always the same for the same seed, a few of whom write and are read much. */
import { Random } from "../../../random/index.ts";
import { descriptions, nameWords, places } from "./vocabulary.ts";

/** A user, as a message says it. */
export interface User {
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly followers_count: number;
  readonly following_count: number;
  readonly verified: boolean;
  /** When the account was made. */
  readonly created_at: string;
  readonly location: string | null;
  readonly description: string | null;
}

/** How many users there are. */
const USERS = 4000;
const MOST_FOLLOWERS = 1_000_000;
const MOST_FOLLOWING = 5000;
const DAY = 86_400_000;
const FIRST_ACCOUNT = Date.parse("2008-03-01T00:00:00Z");
const LAST_ACCOUNT = Date.parse("2026-06-01T00:00:00Z");

/** All users; each is made when it is first needed. */
export class Users {
  readonly #random: Random;
  readonly #users: (User | undefined)[] = Array.from({ length: USERS }, () => undefined);

  constructor(seed: number) {
    this.#random = new Random(seed).fork(2);
  }

  /** One of the users: some tweet far more often than others. */
  any(random: Random): User {
    const number = Math.floor(USERS * random.next() ** 2.4);
    return (this.#users[number] ??= userOf(number, this.#random.fork(number)));
  }
}

function userOf(number: number, random: Random): User {
  const [first, second] = [random.pick(nameWords), random.pick(nameWords)];
  const followers = Math.min(MOST_FOLLOWERS, Math.round(Math.exp(6.5 + 2.2 * random.normal())));
  const created = FIRST_ACCOUNT + Math.floor(((LAST_ACCOUNT - FIRST_ACCOUNT) / DAY) * random.next()) * DAY;
  return {
    user_id: `u${String(number).padStart(5, "0")}`,
    username: `${first}_${second}${number}`,
    display_name: `${capital(first)} ${capital(second)}`,
    followers_count: followers,
    following_count: Math.min(MOST_FOLLOWING, Math.round(Math.exp(5 + 1.3 * random.normal()))),
    verified: random.next() < (followers >= 100_000 ? 0.8 : followers >= 10_000 ? 0.2 : 0.01),
    created_at: new Date(created + random.below(DAY)).toISOString(),
    location: random.next() < 0.3 ? null : random.pick(places),
    description: random.next() < 0.2 ? null : random.pick(descriptions),
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
