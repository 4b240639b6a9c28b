/**
 * The words of a text, found and counted: AssemblyScript, compiled to WebAssembly by `npm run assembly`. What it is for, and the law that it
 * obeys, stand in `lib/src/text/word-scan.ts`, which gives it its memory and calls it.
 *
 * A block of 64 characters becomes 64 bits, one for each that belongs to a word; words begin and end where neighbouring bits differ. A
 * word of at most 16 characters, each of one byte, is one vector of 16 bytes. So it is found in the table with a glance at an entry of
 * 4 bytes and one comparison, whatever its length. Words get their places in the table in the order in which they are met first: the frequent ones
 * are neighbours, and stay in the processor's cache.
 */

/** The bucket of a word that is met for the first time, and remembered from then on; -1 for one that does not count. */
declare function meet(start: i32, end: i32): i32;
/** The same of a word that is never remembered here. */
declare function other(start: i32, end: i32): i32;

// Where everything stands in memory, in bytes.
let classes: i32 = 0;
let index: i32 = 0;
let keys: i32 = 0;
let values: i32 = 0;
let sums: i32 = 0;
let touched: i32 = 0;
let counts: i32 = 0;
let masks: i32 = 0;
let text: i32 = 0;

/** How many words may be remembered, and how many are. */
let capacity: i32 = 0;
let size: i32 = 0;
/** Entries of the index, less one: a power of two, less one. */
let mask: i32 = 0;
let firstMask: i32 = 0;
/** Buckets that the present text has. */
let buckets: i32 = 0;

/** The longest word that is remembered, in characters: those of one vector. */
const LONGEST: i32 = 16;
/** An entry of the index: 12 bits of the word's hash, and 20 that are its place, from 1 on. 0 is no entry. */
const TAG: u32 = 0xfff00000;
/** The golden ratio in 64 bits: an odd number whose multiples scatter. */
const SCATTER: i64 = 0x9e3779b97f4a7c15;

/** Says where everything stands; the memory is zeros. */
export function place(
  classesAt: i32,
  indexAt: i32,
  keysAt: i32,
  valuesAt: i32,
  sumsAt: i32,
  touchedAt: i32,
  countsAt: i32,
  masksAt: i32,
  textAt: i32,
  words: i32,
  entries: i32,
): void {
  classes = classesAt;
  index = indexAt;
  keys = keysAt;
  values = valuesAt;
  sums = sumsAt;
  touched = touchedAt;
  counts = countsAt;
  masks = masksAt;
  text = textAt;
  capacity = words;
  firstMask = mask = entries - 1;
  for (let length = 0; length <= LONGEST; length++)
    for (let i = 0; i < LONGEST; i++) store<u8>(masks + length * LONGEST + i, i < length ? 0xff : 0);
}

/**
 * Adds up the words of a text.
 *
 * @param length UTF-16 units of the text; there must be room for 128 more after them
 * @returns how many words there are; -1 for a text with characters that are no matter for here, of which some words may be added up
 */
export function scan(length: i32): i32 {
  const blocks = (length >> 6) + 1; // the last ends with a blank
  for (let at = text + (length << 1), end = text + (blocks << 7) + 2 * LONGEST; at < end; at += 16)
    v128.store(at, i16x8.splat(0x20));
  let words = 0;
  let start = -1;
  for (let block = 0; block < blocks; block++) {
    const base = block << 6;
    const from = text + (base << 1);
    let bits: u64 = 0;
    let foreign = false;
    for (let part = 0; part < 4; part++) {
      const at = from + (part << 5);
      const low = v128.load(at);
      const high = v128.load(at, 16);
      if (v128.any_true(i16x8.gt_u(v128.or(low, high), i16x8.splat(0x7f)))) {
        foreign = true;
        for (let i = 0; i < 16; i++) {
          const kind = load<u8>(classes + <i32>load<u16>(at + (i << 1)));
          if (kind > 1) return -1;
          bits |= (<u64>kind) << ((part << 4) + i);
        }
      } else {
        const bytes = i8x16.narrow_i16x8_u(low, high);
        const letter = i8x16.lt_u(i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
        const digit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
        bits |= (<u64>i8x16.bitmask(v128.or(letter, digit))) << (part << 4);
      }
    }
    let edges = bits ^ ((bits << 1) | (<u64>(start >= 0)));
    while (edges != 0) {
      const at = base + <i32>ctz(edges);
      edges &= edges - 1;
      if (start < 0) start = at;
      else {
        const bucket = find(start, at, foreign || start < base);
        start = -1;
        if (bucket < 0) continue;
        const sum = load<f32>(sums + (bucket << 2));
        // Written in any case: whether a word is the first of its bucket in this text cannot be foreseen.
        store<u16>(touched + (buckets << 1), bucket);
        buckets += i32(sum == 0);
        store<f32>(sums + (bucket << 2), sum + 1);
        words++;
      }
    }
  }
  return words;
}

/** The bucket of a word. @param foreign whether it may have characters of more than one byte */
function find(start: i32, end: i32, foreign: bool): i32 {
  const from = text + (start << 1);
  if (end - start > LONGEST || (foreign && isWide(from, text + (end << 1)))) return other(start, end);
  const key = v128.and(
    i8x16.narrow_i16x8_u(v128.load(from), v128.load(from, 16)),
    v128.load(masks + (end - start) * LONGEST),
  );
  const hash = hashOf(key);
  const tag = tagOf(hash);
  let slot = slotOf(hash);
  let entry = load<u32>(index + (slot << 2));
  while (entry != 0) {
    const at = entry & ~TAG;
    if ((entry & TAG) == tag && !v128.any_true(v128.xor(v128.load(keys + (at << 4)), key)))
      return load<i32>(values + (at << 2));
    slot = (slot + 1) & mask;
    entry = load<u32>(index + (slot << 2));
  }
  return learn(key, hash, meet(start, end));
}

/** Whether one of some characters has more than one byte. */
function isWide(from: i32, to: i32): bool {
  for (let at = from; at < to; at += 2) if (load<u16>(at) > 0xff) return true;
  return false;
}

function hashOf(key: v128): u64 {
  return <u64>((i64x2.extract_lane(key, 0) ^ rotl(i64x2.extract_lane(key, 1), 29)) * SCATTER);
}

function tagOf(hash: u64): u32 {
  return (<u32>(hash >> 32)) & TAG;
}

function slotOf(hash: u64): i32 {
  return (<i32>(hash >> 34)) & mask;
}

/** Remembers a word that is not in the table; returns its bucket. */
function learn(key: v128, hash: u64, bucket: i32): i32 {
  if (size >= capacity) forget();
  else if (size * 4 >= mask * 3) grow();
  size++;
  v128.store(keys + (size << 4), key);
  store<i32>(values + (size << 2), bucket);
  enter(hash, size);
  return bucket;
}

function enter(hash: u64, at: i32): void {
  let slot = slotOf(hash);
  while (load<u32>(index + (slot << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(index + (slot << 2), tagOf(hash) | at);
}

/** Forgets all words, as a table that is full must: those in use come back within a few texts. */
function forget(): void {
  memory.fill(index, 0, (mask + 1) << 2);
  mask = firstMask;
  size = 0;
}

/** Doubles the index. */
function grow(): void {
  mask = mask * 2 + 1;
  memory.fill(index, 0, (mask + 1) << 2);
  for (let at = 1; at <= size; at++) enter(hashOf(v128.load(keys + (at << 4))), at);
}

/** Puts the sum of each bucket that was added to at its place among the counts, and begins anew. @returns how many there are */
export function take(): i32 {
  const taken = buckets;
  for (let i = 0; i < taken; i++) {
    const sum = sums + ((<i32>load<u16>(touched + (i << 1))) << 2);
    store<f32>(counts + (i << 2), load<f32>(sum));
    store<f32>(sum, 0);
  }
  buckets = 0;
  return taken;
}
