/** One visit to the shop: what a user does from coming to leaving, event by event. */
import type { Random } from "../../../random/index.ts";
import { categories, type Category, type Product, products } from "./shop.ts";

/** What happened, before anything goes wrong on its way. */
export interface ShopEvent {
  readonly topic: "clickstream_raw" | "user_events" | "transactions";
  readonly user: string;
  /** When it happened: milliseconds since 1970, UTC. */
  readonly time: number;
  readonly message: Readonly<Record<string, string | number | null>>;
}

/** Who comes, and when. */
export interface Visitor {
  readonly user: string;
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
  /** What ids of the visit begin with; no other visit has it. */
  readonly id: string;
}

/** The shop begins another session when the user comes by another tab, or a mail's link, within minutes: a gap does not show it. */
const SECOND_TAB = 0.04;
/** The shop keeps a session over a pause that is longer than the usual half an hour: a phone that was put away. */
const LONG_PAUSE = 0.05;
const MINUTE = 60_000;
/** Longest pause within a session that the shop keeps, in milliseconds. */
export const LONGEST_PAUSE = 50 * MINUTE;

const WEIGHTS = products.map(({ weight }) => weight);

/** The events of one visit, in the order of their times, no two at the same time. */
export function visit(random: Random, visitor: Visitor): ShopEvent[] {
  const events = new Visit(random, visitor);
  events.browse(3 + random.below(5));
  if (random.next() < LONG_PAUSE) {
    events.pause(31 * MINUTE, LONGEST_PAUSE);
    events.browse(1 + random.below(3));
  } else if (random.next() < SECOND_TAB) {
    events.pause(MINUTE, 20 * MINUTE);
    events.beginSession();
    events.browse(1 + random.below(4));
  }
  return events.all;
}

class Visit {
  readonly all: ShopEvent[] = [];
  readonly #random: Random;
  readonly #visitor: Visitor;
  #time: number;
  #sessions = 0;
  #session = "";

  constructor(random: Random, visitor: Visitor) {
    this.#random = random;
    this.#visitor = visitor;
    this.#time = visitor.time;
    this.beginSession();
  }

  beginSession(): void {
    this.#session = `s${this.#visitor.id}-${++this.#sessions}`;
  }

  /** Nothing happens for a while, in milliseconds. */
  pause(shortest: number, longest: number): void {
    this.#time += shortest + this.#random.below(longest - shortest);
  }

  /** Looks at some pages; products that please are put in the cart, and what is in the cart may be bought. */
  browse(pages: number): void {
    const random = this.#random;
    if (random.next() < 0.4) this.#act("login");
    this.#view("home");
    const cart: Product[] = [];
    for (let page = 0; page < pages; page++) {
      if (random.next() < 0.35) this.#act("search");
      const product = products[random.weighted(WEIGHTS)] as Product;
      const way = random.next();
      if (way < 0.3) this.#view("search");
      else if (way < 0.6) this.#view("category", { category: product.category });
      if (random.next() < 0.25) continue; // nothing there that is worth a look
      this.#view("product", product);
      if (random.next() >= categories[product.category as Category].click) continue;
      this.#click(product);
      cart.push(product);
    }
    if (cart.length > 0) this.#checkOut(cart);
    if (random.next() < 0.15) this.#act("logout");
  }

  #checkOut(cart: readonly Product[]): void {
    this.#view("cart");
    const bought = cart.filter(({ category }) => this.#random.next() < categories[category as Category].purchase);
    if (bought.length === 0) return;
    this.#view("checkout");
    for (const product of bought) this.#buy(product);
  }

  #view(page: string, { product = null, category = null }: { product?: string | null; category?: string | null } = {}) {
    this.#add("clickstream_raw", { event: "view", page, product, category });
  }

  #click({ product, category }: Product): void {
    this.#add("clickstream_raw", { event: "click", page: "product", product, category });
  }

  #act(action: string): void {
    this.#add("user_events", { action });
  }

  #buy({ product, category, price }: Product): void {
    const quantity = 1 + (this.#random.next() < 0.2 ? 1 + this.#random.below(3) : 0);
    this.#add("transactions", { product, category, quantity, amount: (quantity * price) / 100 });
  }

  /** Adds an event some seconds after the one before. */
  #add(topic: ShopEvent["topic"], fields: ShopEvent["message"]): void {
    const { user, id } = this.#visitor;
    this.#time += 1000 + this.#random.below(40_000);
    const key = topic === "transactions" ? "transaction_id" : "event_id";
    const message = {
      [key]: `${key.charAt(0)}${id}-${this.all.length + 1}`,
      user_id: user,
      session_id: this.#session,
      ...fields,
      timestamp: new Date(this.#time).toISOString(),
    };
    this.all.push({ topic, user, time: this.#time, message });
  }
}
