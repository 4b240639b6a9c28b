/** The kernel's sockets, as zeromq has them, made fit for how tslab uses them: it waits neither for its sends nor for its binds. */
import type * as ZeroMQ from "zeromq";

/** When the last bind of a socket has ended. */
const bound = new WeakMap<object, Promise<void>>();

/** Native methods cannot be assigned, only defined anew. */
function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, { configurable: true, enumerable: true, writable: true, value });
}

/** Sockets that know when they are bound. */
function rememberBinds(prototype: object): void {
  const bind = Reflect.get(prototype, "bind") as (address: string) => Promise<void>;
  define(prototype, "bind", function (this: object, address: string): Promise<void> {
    const binding = bind.call(this, address);
    bound.set(
      this,
      binding.catch(() => undefined),
    );
    return binding;
  });
}

/**
 * Sockets that receive nothing while they are being bound: zeromq refuses that, tslab's loop would end with it, and the kernel would
 * never answer. It happens when a client asks before the kernel knows that it is bound.
 */
function receiveWhenBound(prototype: object): void {
  rememberBinds(prototype);
  const receive = Reflect.get(prototype, "receive") as () => Promise<Buffer[]>;
  define(prototype, "receive", function (this: object): Promise<Buffer[]> {
    const binding = bound.get(this);
    // At once where nothing binds: a moment later it might.
    return binding === undefined ? receive.call(this) : binding.then(() => receive.call(this));
  });
}

/** A publisher whose messages leave one after the other, each when the one before is gone: of some hundreds in one tick zeromq loses some. */
function queueing(Base: typeof ZeroMQ.Publisher): typeof ZeroMQ.Publisher {
  rememberBinds(Base.prototype);
  return class QueueingPublisher extends Base {
    #last: Promise<void> = Promise.resolve();

    constructor(options?: ZeroMQ.SocketOptions<ZeroMQ.Publisher>) {
      super({ sendHighWaterMark: 0, ...options });
    }

    override send(message: Parameters<ZeroMQ.Publisher["send"]>[0]): Promise<void> {
      const sent = this.#last.then(() => bound.get(this)).then(() => super.send(message));
      this.#last = sent.catch(() => undefined); // a socket that is closed refuses; nobody is left to tell
      return sent;
    }
  };
}

/** Makes the sockets of zeromq fit for the kernel, in place. */
export function prepareSockets(zmq: typeof ZeroMQ): void {
  for (const { prototype } of [zmq.Router, zmq.Reply]) receiveWhenBound(prototype);
  define(zmq, "Publisher", queueing(zmq.Publisher));
}
