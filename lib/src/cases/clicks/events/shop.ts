/** The shop of the case: what it sells, when people come, and how far they go. */

/** A product of the shop. */
export interface Product {
  readonly product: string;
  readonly category: string;
  /** Euro cents. */
  readonly price: number;
  /** How often it is looked at, relative to the others. */
  readonly weight: number;
}

/** Categories, and of each how likely a look becomes a click, and a click a purchase: a funnel that differs is worth a look. */
export const categories = {
  audio: { click: 0.3, purchase: 0.3 },
  books: { click: 0.45, purchase: 0.6 },
  garden: { click: 0.35, purchase: 0.45 },
  kitchen: { click: 0.4, purchase: 0.5 },
  sport: { click: 0.35, purchase: 0.25 },
  toys: { click: 0.5, purchase: 0.55 },
} as const;

export type Category = keyof typeof categories;

const SHELVES: Readonly<Record<Category, readonly (readonly [product: string, price: number, weight: number])[]>> = {
  audio: [
    ["headphones", 8990, 6],
    ["loudspeaker", 12_950, 3],
    ["microphone", 5999, 2],
    ["record player", 18_900, 1],
  ],
  books: [
    ["atlas", 3495, 2],
    ["cookbook", 2450, 4],
    ["dictionary", 1999, 1],
    ["novel", 1295, 8],
    ["travel guide", 1690, 3],
  ],
  garden: [
    ["flower pot", 990, 4],
    ["garden hose", 2749, 2],
    ["seeds", 299, 6],
    ["watering can", 1850, 3],
  ],
  kitchen: [
    ["coffee mill", 4590, 4],
    ["frying pan", 3999, 3],
    ["kettle", 2995, 5],
    ["knife", 5450, 2],
    ["teapot", 2399, 2],
  ],
  sport: [
    ["bicycle helmet", 6495, 2],
    ["football", 2199, 4],
    ["running shoes", 9999, 6],
    ["tent", 14_900, 1],
  ],
  toys: [
    ["building blocks", 3999, 6],
    ["chess set", 2650, 2],
    ["jigsaw puzzle", 1499, 4],
    ["teddy bear", 1895, 3],
  ],
};

export const products: readonly Product[] = Object.entries(SHELVES).flatMap(([category, shelf]) =>
  shelf.map(([product, price, weight]) => ({ product, category, price, weight })),
);

/** Users who know the shop. */
export const USERS = 30_000;

/** Sessions that begin in a second, on average over a day. */
const SESSIONS_PER_SECOND = 0.26;

/** How busy each hour of the day is in UTC, relative to the day's average: people sleep, and shop after work. */
const BUSY = [
  0.35, 0.2, 0.15, 0.15, 0.2, 0.35, 0.6, 0.9, 1.1, 1.2, 1.25, 1.3, 1.25, 1.15, 1.1, 1.15, 1.3, 1.5, 1.75, 1.85, 1.7,
  1.4, 0.95, 0.6,
] as const;

/** How many sessions begin in a second at a time. @param time milliseconds since 1970, UTC */
export function sessionsPerSecond(time: number): number {
  return SESSIONS_PER_SECOND * (BUSY[new Date(time).getUTCHours()] ?? 1);
}

/** Whether the shop is closed: on Sundays from 02:00 to 03:00 UTC, for maintenance. Nothing happens then. */
export function isClosed(time: number): boolean {
  const date = new Date(time);
  return date.getUTCDay() === 0 && date.getUTCHours() === 2;
}
