/** The interface of a message transport, and an in-memory implementation for tests. */

/** The largest message that either side may send, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** A connection to one peer. Messages are texts, and they arrive in the order of sending. */
export interface Transport {
  /** The address that the peer connects to. */
  readonly address: string;
  /** Environment variables that the peer needs to connect. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether a peer is connected now. */
  readonly connected: boolean;
  /** Resolves when the message is on its way; rejects when it cannot be sent within the transport's time limit. */
  send(text: string): Promise<void>;
  /** Sets the listener that is called for each message, in order. */
  onMessage(listener: (text: string) => void): void;
  /**
   * Sets the listener that is called once, with the reason, when the peer disconnects or sends invalid text. Earlier
   * messages are delivered before; of a backlog above a thousand messages, a socket may lose the last ones. `close` on
   * this side does not call it.
   */
  onClose(listener: (reason: string) => void): void;
  /** Disconnects and removes every file. May be called twice. */
  close(): Promise<void>;
}

/** Creates two connected transports in this process, for tests without a socket. */
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
    if (peer === undefined) throw new Error('the peer is disconnected');
    // Like a socket, deliver only after send has returned.
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
