/** Whether Cassandra takes clients: a question of its protocol that needs no login, written byte by byte, so that no driver is loaded. */
import { connect } from "node:net";
import { splitAddress } from "../../observe/probes.ts";

/** Version 4, no flags, stream 0, OPTIONS, no body: https://cassandra.apache.org/doc/latest/cassandra/reference/native-protocol.html */
const OPTIONS = Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]);
const [REPLY, SUPPORTED] = [0x84, 6];

/** Whether a node answers. It listens for clients last of all. */
export async function answersCql(address: string, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ ...splitAddress(address), signal });
  socket.write(OPTIONS);
  for await (const part of socket as AsyncIterable<Buffer>) return part[0] === REPLY && part[4] === SUPPORTED; // leaving ends it
  return false;
}
