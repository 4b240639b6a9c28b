/** How long a path of straight lines is, and where one is after part of it: what plotly.js asks of arrows, and jsdom lacks. */

/** A place in a drawing. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The corners of a path of absolute lines (`M1,2L3,4`); other commands end at their last pair of numbers. */
export function corners(path: string): Place[] {
  return [...path.matchAll(/[A-Za-z]([^A-Za-z]*)/g)].flatMap(([, numbers = ""]) => {
    const [x, y] = (numbers.match(/-?[\d.]+(e-?\d+)?/g) ?? []).slice(-2).map(Number);
    return x === undefined || y === undefined ? [] : [{ x, y }];
  });
}

/** The length of a path. */
export function pathLength(path: string): number {
  return legs(path).reduce((sum, { length }) => sum + length, 0);
}

/** The place after some length of a path; its end when that is longer than the path. */
export function placeAt(path: string, length: number): Place {
  let rest = Math.max(0, length);
  for (const { from, to, length: whole } of legs(path)) {
    if (rest <= whole && whole > 0) {
      const part = rest / whole;
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    }
    rest -= whole;
  }
  return corners(path).at(-1) ?? { x: 0, y: 0 };
}

function legs(path: string): { from: Place; to: Place; length: number }[] {
  const places = corners(path);
  return places.slice(1).map((to, index) => {
    const from = places[index] as Place;
    return { from, to, length: Math.hypot(to.x - from.x, to.y - from.y) };
  });
}
