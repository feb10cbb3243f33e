/** The ZeroMQ transport: a socket file, or loopback TCP with CURVE encryption. */
import { isUtf8 } from 'node:buffer';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { capability, curveKeyPair, Dealer } from 'zeromq';
import { MissingError } from '../../errors.js';
import { MAX_MESSAGE_BYTES, type Transport } from './transport.js';

export type TransportKind = 'ipc' | 'tcp';

const SEND_TIMEOUT_MS = 5000;
/** A socket path has at most 104 bytes on macOS and 108 on Linux, including its terminating zero. */
const MAX_PATH_BYTES = 103;
const FOLDER_PREFIX = 'rminas-';
const SOCKET_OPTIONS = { linger: 0, sendTimeout: SEND_TIMEOUT_MS, maxMessageSize: MAX_MESSAGE_BYTES };

/**
 * Binds a socket for one peer. `ipc` is a socket file in a new folder that only this user can enter. `tcp` is a loopback
 * port; its CURVE key is passed to the peer alone. `tcp` replaces `ipc` on platforms without it, and where the path of
 * the temporary folder is too long.
 * @throws MissingError `unwritable` when the temporary folder is not writable.
 */
export async function bindTransport(kind: TransportKind): Promise<Transport> {
  const parent = kind === 'ipc' && capability.ipc === true && process.platform !== 'win32' ? socketParent() : undefined;
  return parent === undefined ? await bindTcp() : await bindIpc(parent);
}

/** A temporary folder whose path is short enough for a socket file; undefined if there is none. */
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
    // mkdtemp creates the folder with mode 0700.
    return await mkdtemp(join(parent, FOLDER_PREFIX));
  } catch (error) {
    throw new MissingError(`Cannot create a folder for the sidecar's socket in ${parent}.`, {
      code: 'unwritable',
      nextSteps: ['Free some space there, or set TMPDIR to a writable folder.'],
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
  /** Whether a peer has completed the handshake. */
  #handshaken = false;
  /** Whether the peer has disconnected, or this side is closed. */
  #closed = false;
  #sending: Promise<void> = Promise.resolve();
  readonly #removeFolder = () => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(socket: Dealer, environment: Readonly<Record<string, string>>, folder: string | undefined) {
    this.#socket = socket;
    this.#folder = folder;
    this.environment = environment;
    this.address = socket.lastEndpoint ?? '';
    // Reading the socket's own `writable` would swallow the signal of an incoming message.
    socket.events.on('handshake', () => {
      this.#handshaken = true;
    });
    // A connection without a handshake was not the peer's.
    socket.events.on('disconnect', () => {
      if (this.#handshaken) void this.#drain();
    });
    process.on('exit', this.#removeFolder);
    void this.#receive();
  }

  get connected(): boolean {
    return this.#handshaken && !this.#closed;
  }

  send(text: string): Promise<void> {
    // The socket accepts one send at a time. A failed send must not fail the next ones.
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
    this.#closed = true;
    this.#socket.close();
    this.#removeFolder();
    process.off('exit', this.#removeFolder);
  }

  async #receive(): Promise<void> {
    for await (const frames of this.#socket) {
      // The peer is connected, so the path is no longer needed. Removing it now leaves no file after a crash.
      if (this.#received === 0) this.#removeFolder();
      this.#received += 1;
      const text = frames.length === 1 ? decodeText(frames[0]) : undefined;
      if (text === undefined) {
        this.#disconnect('sent bytes that are not a message');
        return;
      }
      this.#listener(text);
    }
  }

  /** Reads the peer's last messages: ends after two turns of the event loop without a message. */
  async #drain(): Promise<void> {
    let before: number;
    do {
      before = this.#received;
      await setImmediate();
      await setImmediate();
    } while (this.#received !== before);
    this.#disconnect('closed its connection');
  }

  #disconnect(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeListener(reason);
  }
}

/** Undefined when the frame is not valid UTF-8. */
function decodeText(frame: Buffer | undefined): string | undefined {
  return frame === undefined || !isUtf8(frame) ? undefined : frame.toString('utf8');
}
