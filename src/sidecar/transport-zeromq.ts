import { isUtf8 } from 'node:buffer';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { capability, curveKeyPair, Dealer } from 'zeromq';
import { MissingError } from '../errors.js';
import { MAX_MESSAGE_BYTES, type Transport } from './transport.js';

export type TransportKind = 'ipc' | 'tcp';

const SEND_TIMEOUT_MS = 5000;
/** A socket's path must fit into 104 bytes on macOS and 108 on Linux, its terminating zero included. */
const MAX_PATH_BYTES = 103;
const FOLDER_PREFIX = 'rminas-';
const SOCKET_OPTIONS = { linger: 0, sendTimeout: SEND_TIMEOUT_MS, maxMessageSize: MAX_MESSAGE_BYTES };

/**
 * Binds a socket for one peer to dial. `ipc` is a socket file in a new folder that only this user may enter, `tcp` a
 * loopback port that admits only who knows this socket's CURVE key, which is told to nobody but the peer. Where there
 * is no `ipc`, and where the temporary folder's path is too long for it, it is `tcp`.
 * @throws MissingError `unwritable` when the temporary folder cannot be written to.
 */
export async function bindTransport(kind: TransportKind): Promise<Transport> {
  const parent = kind === 'ipc' && capability.ipc === true && process.platform !== 'win32' ? socketParent() : undefined;
  return parent === undefined ? await bindTcp() : await bindIpc(parent);
}

/** A folder for sockets' folders, whose path leaves room for theirs. */
function socketParent(): string | undefined {
  const fits = (folder: string) => Buffer.byteLength(join(folder, `${FOLDER_PREFIX}XXXXXX`, 's')) <= MAX_PATH_BYTES;
  return [tmpdir(), '/tmp'].find(fits);
}

async function bindIpc(parent: string): Promise<Transport> {
  const folder = await makeFolder(parent);
  const socket = new Dealer(SOCKET_OPTIONS);
  try {
    await socket.bind(`ipc://${join(folder, 's')}`);
  } catch (error) {
    socket.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return new ZeromqTransport(socket, {}, folder);
}

async function makeFolder(parent: string): Promise<string> {
  try {
    // mkdtemp makes it with mode 0700.
    return await mkdtemp(join(parent, FOLDER_PREFIX));
  } catch (error) {
    throw new MissingError(`No folder for the sidecar's socket can be made in ${parent}.`, {
      code: 'unwritable',
      nextSteps: ['Free some space there, or set TMPDIR to a folder that may be written to.'],
      cause: error,
    });
  }
}

async function bindTcp(): Promise<Transport> {
  const server = curveKeyPair();
  const client = curveKeyPair();
  const socket = new Dealer({ ...SOCKET_OPTIONS, curveServer: true, curveSecretKey: server.secretKey });
  await socket.bind('tcp://127.0.0.1:*');
  const environment = {
    RMINAS_CURVE_SERVER_PUBLIC: server.publicKey,
    RMINAS_CURVE_PUBLIC: client.publicKey,
    RMINAS_CURVE_SECRET: client.secretKey,
  };
  return new ZeromqTransport(socket, environment, undefined);
}

class ZeromqTransport implements Transport {
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #socket: Dealer;
  readonly #folder: string | undefined;
  #listener: (text: string) => void = () => {};
  #closeListener: (reason: string) => void = () => {};
  #received = 0;
  #greeted = false;
  /** The peer is gone, or this side is closed. */
  #over = false;
  #sending: Promise<void> = Promise.resolve();
  readonly #removeFolder = () => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(socket: Dealer, environment: Readonly<Record<string, string>>, folder: string | undefined) {
    this.#socket = socket;
    this.#folder = folder;
    this.environment = environment;
    this.address = socket.lastEndpoint ?? '';
    // Not the socket's own `writable`: asking for it swallows the signal that a message has come.
    socket.events.on('handshake', () => {
      this.#greeted = true;
    });
    // Who goes without a handshake was not the peer.
    socket.events.on('disconnect', () => {
      if (this.#greeted) void this.#drain();
    });
    process.on('exit', this.#removeFolder);
    void this.#receive();
  }

  get connected(): boolean {
    return this.#greeted && !this.#over;
  }

  send(text: string): Promise<void> {
    // The socket takes one send at a time; a send that failed must not fail those behind it.
    const sent = this.#sending.then(() => this.#socket.send(text));
    this.#sending = sent.catch(() => {});
    return sent;
  }

  onMessage(listener: (text: string) => void): void {
    this.#listener = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.#closeListener = listener;
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#socket.close();
    this.#removeFolder();
    process.off('exit', this.#removeFolder);
  }

  async #receive(): Promise<void> {
    for await (const frames of this.#socket) {
      // The peer is in: nobody needs the path any more, and what is not there cannot be left behind.
      if (this.#received === 0) this.#removeFolder();
      this.#received += 1;
      const text = frames.length === 1 ? decodeText(frames[0]) : undefined;
      if (text === undefined) {
        this.#lose('sent bytes that are no message');
        return;
      }
      this.#listener(text);
    }
  }

  /** Waits until what the peer had sent before it went has been read: two turns of the event loop without a message. */
  async #drain(): Promise<void> {
    let before: number;
    do {
      before = this.#received;
      await setImmediate();
      await setImmediate();
    } while (this.#received !== before);
    this.#lose('closed its connection');
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeListener(reason);
  }
}

/** Undefined when the frame is no UTF-8. */
function decodeText(frame: Buffer | undefined): string | undefined {
  return frame === undefined || !isUtf8(frame) ? undefined : frame.toString('utf8');
}
