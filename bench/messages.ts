/** Seeded messages for the benchmarks: chunks of about 1,024 characters of invented words with five latent subjects. */
import { BatchingProducer } from "../lib/src/kafka/index.ts";
import { Random } from "../lib/src/random/index.ts";

/** One message, ready to be sent. */
export interface BenchMessage {
  readonly key: string;
  readonly value: string;
}

const CONSONANTS = "b c d f g h l m n p r s t v w st tr ch sh".split(" ");
const VOWELS = "a e i o u ea ou ai".split(" ");
const ENDINGS = ["", "", "s", "n", "t", "r", "ng", "ed", "ly"];
const VOCABULARY = 20_000;
const EXPONENT = 1.07;
/** Part of the words that are of a message's subject. */
const TOPICAL = 0.3;
const SUBJECTS = 5;

/**
 * Makes messages one by one: the same seed gives the same messages.
 *
 * @param count how many
 * @param streams over how many streams they are spread
 */
export function* benchMessages(
  count: number,
  { seed = 42, streams = 250, characters = 1024 } = {},
): Generator<BenchMessage> {
  const random = new Random(seed);
  const pick = (list: readonly string[]): string => random.pick(list);
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    const syllables = words.size < 200 ? 1 : 1 + random.below(3);
    words.add(Array.from({ length: syllables }, () => pick(CONSONANTS) + pick(VOWELS)).join("") + pick(ENDINGS));
  }
  const vocabulary = [...words];
  let sum = 0;
  const cumulative = Float64Array.from(vocabulary, (_, rank) => (sum += 1 / (rank + 1) ** EXPONENT));
  const zipf = (): number => {
    const x = random.next() * sum;
    let [low, high] = [0, VOCABULARY - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (let i = 0; i < count; i++) {
    const stream = i % streams;
    let chunk = "";
    while (chunk.length < characters) {
      const rank = zipf();
      const topical = random.next() < TOPICAL;
      chunk += `${vocabulary[topical ? (rank * 7 + 300 + (stream % SUBJECTS) * 3701) % VOCABULARY : rank]} `;
    }
    const uri = `/text-${stream}.md`;
    const seq = Math.floor(i / streams);
    const message = {
      agent_id: `Agent_${stream % 32}`,
      destination_uri: uri,
      event_time: new Date(1_790_000_000_000 + i * 10).toISOString().replace("Z", "000Z"),
      chunk: chunk.slice(0, characters),
      stream_id: `stream-${stream}`,
      seq,
      is_last: i + streams >= count,
    };
    yield { key: uri, value: JSON.stringify(message) };
  }
}

/** Different messages of {@link sendRepeated}. */
const DIFFERENT = 50_000;

/**
 * Sends as many messages as wanted to a topic that has some already. From the 50,001st on they are those of before again: making new ones
 * takes longer than reading them.
 *
 * @returns bytes of the values sent
 */
export async function sendRepeated(
  {
    broker,
    topic,
    from = 0,
    to,
  }: { readonly broker: string; readonly topic: string; readonly from?: number; readonly to: number },
  signal?: AbortSignal,
): Promise<number> {
  const different = [...benchMessages(Math.min(to, DIFFERENT))];
  await using producer = await BatchingProducer.open({ broker });
  let bytes = 0;
  for (let sent = from; sent < to; sent++) {
    signal?.throwIfAborted();
    const message = different[sent % different.length] as BenchMessage;
    bytes += message.value.length;
    await producer.send({ topic, ...message });
  }
  return bytes;
}
