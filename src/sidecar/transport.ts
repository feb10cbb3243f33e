/** How messages travel, hidden from those who send them. */

/** The largest message either side may send, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** One peer to talk to. Messages are whole texts, and they arrive in the order sent. */
export interface Transport {
  /** Where the peer finds this side. */
  readonly address: string;
  /** What the peer needs in its environment to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether there is a peer that takes messages at this moment. */
  readonly connected: boolean;
  /** Answers when the message is on its way; rejects when it cannot be sent within the transport's time limit. */
  send(text: string): Promise<void>;
  /** Called for each message, in order. At most one listener. */
  onMessage(listener: (text: string) => void): void;
  /**
   * Called once, with the reason, when the peer has gone or what it sends is no text; what it had sent before has been
   * passed on by then, but for a backlog of more than a thousand messages, the end of which a socket may lose. Not
   * called for `close` on this side. At most one listener.
   */
  onClose(listener: (reason: string) => void): void;
  /** Lets go of the peer and of every file. Can be called twice. */
  close(): Promise<void>;
}

/** Two ends of one wire in this process: for whatever is tested without a socket. */
export function memoryPair(): [Transport, Transport] {
  const here = new MemoryTransport();
  const there = new MemoryTransport();
  here.peer = there;
  there.peer = here;
  return [here, there];
}

class MemoryTransport implements Transport {
  readonly address = 'memory:';
  readonly environment = {};
  peer: MemoryTransport | undefined;
  #listener: (text: string) => void = () => {};
  #closeListener: (reason: string) => void = () => {};

  get connected(): boolean {
    return this.peer !== undefined;
  }

  async send(text: string): Promise<void> {
    const peer = this.peer;
    if (peer === undefined) throw new Error('the peer is gone');
    // A socket never calls back before send returns, so neither does this.
    queueMicrotask(() => peer.#listener(text));
  }

  onMessage(listener: (text: string) => void): void {
    this.#listener = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.#closeListener = listener;
  }

  async close(): Promise<void> {
    const peer = this.peer;
    this.peer = undefined;
    if (peer === undefined) return;
    peer.peer = undefined;
    queueMicrotask(() => peer.#closeListener('closed its connection'));
  }
}
