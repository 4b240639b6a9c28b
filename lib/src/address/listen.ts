/** Servers of ours begin to listen, or say why they cannot. */
import { StreambookError } from "../errors/index.ts";

/** What can listen, such as a server of fastify. */
interface Listener {
  listen(options: { readonly host: string; readonly port: number }): Promise<unknown>;
  close(): PromiseLike<unknown>;
}

/**
 * Lets a server listen; one that cannot is closed.
 *
 * @throws PORT_TAKEN; USAGE for an address that this machine does not have
 */
export async function listenAt(server: Listener, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    const code = (cause as NodeJS.ErrnoException).code;
    switch (code) {
      case "EADDRINUSE":
        throw portTaken(`port ${port} is taken by another program; end that program`, cause);
      case "EACCES":
        throw portTaken(`port ${port} needs special rights, as all below 1024 do`, cause);
      case "EADDRNOTAVAIL":
        throw new StreambookError("USAGE", `this machine has no address ${host}; listen on 127.0.0.1 or 0.0.0.0`, {
          cause,
        });
      case "ENOTFOUND":
        throw new StreambookError("USAGE", `there is no host ${host}; listen on 127.0.0.1 or 0.0.0.0`, { cause });
      default:
        throw cause;
    }
  }
}

function portTaken(message: string, cause: unknown): StreambookError {
  return new StreambookError("PORT_TAKEN", message, { cause, hint: { change: ["port"] } });
}
