/**
 * How much disk the partitions of a broker take: the request DescribeLogDirs, which kafkajs lacks
 * (https://kafka.apache.org/protocol.html#The_Messages_DescribeLogDirs, version 1: any Kafka from 2.0 on).
 */
import { createRequire } from "node:module";

interface Encoder {
  writeInt32(value: number): Encoder;
}

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readBoolean(): boolean;
  readString(): string;
  readArray<T>(read: (decoder: Decoder) => T): T[];
}

const kafkajs = createRequire(import.meta.url);
const ALL_TOPICS = -1; // the length of an array that is null

/** The size of a broker's copy of a partition. */
export interface PartitionSize {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: number;
}

/** The request, and how its answer is read, as kafkajs' connections take them. */
export function describeLogDirs(): object {
  const Encoder = kafkajs("kafkajs/src/protocol/encoder") as new () => Encoder;
  const Decoder = kafkajs("kafkajs/src/protocol/decoder") as new (data: Buffer) => Decoder;
  return {
    request: {
      ...{ apiKey: 35, apiVersion: 1, apiName: "DescribeLogDirs" },
      encode: async () => new Encoder().writeInt32(ALL_TOPICS),
    },
    response: {
      decode: async (data: Buffer) => decodeSizes(new Decoder(data)),
      parse: async (sizes: readonly PartitionSize[]) => sizes,
    },
  };
}

/** Fields are read in the order in which they are sent, those that nobody needs, too. */
function decodeSizes(decoder: Decoder): PartitionSize[] {
  decoder.readInt32(); // how long the broker asks us to wait
  const folders = decoder.readArray((folder) => {
    folder.readInt16(); // the error of a folder: it then has no topics
    folder.readString();
    return folder.readArray((topic) => {
      const name = topic.readString();
      return topic.readArray((partition) => {
        const [index, bytes] = [partition.readInt32(), Number(partition.readInt64().toString())];
        partition.readInt64(); // how far it is behind
        const isFuture = partition.readBoolean(); // a copy on its way to another disk
        return { topic: name, partition: index, bytes: isFuture ? 0 : bytes };
      });
    });
  });
  return folders.flat(2);
}
