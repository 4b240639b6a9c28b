/** The wire format of Jupyter's messages (https://jupyter-client.readthedocs.io/en/stable/messaging.html), version 5.3. */
import { createHmac, randomUUID } from "node:crypto";

/** A message as far as a runner of notebooks looks at it. */
export interface Message {
  readonly header: { readonly msg_type: string; readonly msg_id: string };
  /** The header of the request that led to this message; empty if none did. */
  readonly parent: { readonly msg_id?: string };
  readonly content: Readonly<Record<string, unknown>>;
}

const DELIMITER = "<IDS|MSG>";

function sign(key: string, parts: readonly string[]): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The frames of a request. */
export function encodeRequest(
  key: string,
  request: { readonly type: string; readonly id: string; readonly session: string; readonly content: object },
): string[] {
  const header = {
    msg_id: request.id,
    msg_type: request.type,
    session: request.session,
    username: "streambook",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const parts = [JSON.stringify(header), "{}", "{}", JSON.stringify(request.content)];
  return [DELIMITER, sign(key, parts), ...parts];
}

/** The message in some frames, or undefined when they hold none that is signed with the key. */
export function decodeMessage(key: string, frames: readonly Buffer[]): Message | undefined {
  const text = frames.map((frame) => frame.toString());
  const start = text.indexOf(DELIMITER);
  const [signature, ...parts] = text.slice(start + 1);
  if (start < 0 || parts.length < 4 || sign(key, parts) !== signature) return undefined;
  const [header, parent, , content] = parts.map((part) => JSON.parse(part) as unknown);
  return { header, parent, content } as Message;
}

/** A new name for a message or a session. */
export function newId(): string {
  return randomUUID();
}
