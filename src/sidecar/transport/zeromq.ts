/** The ZeroMQ transport: a socket file with a password, or loopback TCP with CURVE encryption. */
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Context, capability, curveKeyPair, Dealer, type SocketOptions } from 'zeromq';
import { withTimeout } from '../../system/with-timeout.js';
import { Gatekeeper, GUARDED } from './gatekeeper.js';
import { makeSocketFolder, removeSocketFolder, socketIn, socketParent, sweepSocketFolders } from './socket-folder.js';
import { MAX_MESSAGE_BYTES, type Transport } from './transport.js';

export type TransportKind = 'ipc' | 'tcp';

const SEND_TIMEOUT_MS = 5000;
/** How long a closed socket may take to end its connections. */
const END_TIMEOUT_MS = 5000;
const SOCKET_OPTIONS = { ...GUARDED, linger: 0, sendTimeout: SEND_TIMEOUT_MS, maxMessageSize: MAX_MESSAGE_BYTES };

/**
 * Binds a socket for one peer. `ipc` is a socket file in a new folder that only this user can enter. `tcp` is an encrypted
 * loopback port; it replaces `ipc` on platforms without it, and where the path of the temporary folder is too long. The
 * peer proves itself with a password or a key of CURVE, which only its environment holds. Other peers are refused in the
 * handshake: they can neither send nor receive a message.
 * @throws MissingError `unwritable` when the temporary folder is not writable.
 */
export async function bindTransport(kind: TransportKind): Promise<Transport> {
  const parent = kind === 'ipc' && capability.ipc === true && process.platform !== 'win32' ? socketParent() : undefined;
  return parent === undefined ? await bindTcp() : await bindIpc(parent);
}

async function bindIpc(parent: string): Promise<Transport> {
  await sweepSocketFolders(parent);
  const folder = await makeSocketFolder(parent);
  const password = randomBytes(32).toString('hex');
  try {
    const secret = Buffer.from(password);
    return await bindGuarded(secret, { plainServer: true }, `ipc://${socketIn(folder)}`, {
      environment: { RMINAS_SOCKET_PASSWORD: password },
      folder,
    });
  } catch (error) {
    removeSocketFolder(folder);
    throw error;
  }
}

async function bindTcp(): Promise<Transport> {
  const server = curveKeyPair();
  const client = curveKeyPair();
  const environment = {
    RMINAS_CURVE_SERVER_PUBLIC: server.publicKey,
    RMINAS_CURVE_PUBLIC: client.publicKey,
    RMINAS_CURVE_SECRET: client.secretKey,
  };
  const options = { curveServer: true, curveSecretKey: server.secretKey };
  return bindGuarded(decodeZ85(client.publicKey), options, 'tcp://127.0.0.1:*', { environment, folder: undefined });
}

/** @param secret admits its owner, see {@link Gatekeeper} */
async function bindGuarded(
  secret: Buffer,
  options: SocketOptions<Dealer>,
  address: string,
  rest: Pick<TransportParts, 'environment' | 'folder'>,
): Promise<Transport> {
  // The gatekeeper answers for a whole context, so each transport has its own.
  const context = new Context();
  const gatekeeper = await Gatekeeper.install(context, secret);
  const socket = new Dealer({ ...SOCKET_OPTIONS, ...options, context });
  try {
    await socket.bind(address);
  } catch (error) {
    socket.close();
    gatekeeper.close();
    throw error;
  }
  return new ZeromqTransport({ socket, gatekeeper, ...rest });
}

const Z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Decodes the text form of a key (ZeroMQ's RFC 32): five characters stand for four bytes. */
function decodeZ85(text: string): Buffer {
  const groups = text.match(/.{5}/gs) ?? [];
  const bytes = Buffer.alloc(groups.length * 4);
  for (const [index, group] of groups.entries()) {
    bytes.writeUInt32BE(
      [...group].reduce((value, character) => value * 85 + Z85.indexOf(character), 0),
      index * 4,
    );
  }
  return bytes;
}

interface TransportParts {
  readonly socket: Dealer;
  readonly gatekeeper: Gatekeeper;
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the socket file. */
  readonly folder: string | undefined;
}

class ZeromqTransport implements Transport {
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #socket: Dealer;
  readonly #gatekeeper: Gatekeeper;
  readonly #folder: string | undefined;
  #listener: (text: string) => void = () => {};
  #closeListener: (reason: string) => void = () => {};
  #received = 0;
  /** Open connections, those of strangers included: a refused one ends soon. */
  #connections = 0;
  /** Whether the peer has completed the handshake. */
  #handshaken = false;
  /** Whether the peer has disconnected, or this side is closed. */
  #closed = false;
  #closing: Promise<void> | undefined;
  #sending: Promise<void> = Promise.resolve();
  readonly #removeFolder = () => {
    if (this.#folder !== undefined) removeSocketFolder(this.#folder);
  };

  constructor({ socket, gatekeeper, environment, folder }: TransportParts) {
    this.#socket = socket;
    this.#gatekeeper = gatekeeper;
    this.#folder = folder;
    this.environment = environment;
    this.address = socket.lastEndpoint ?? '';
    socket.events.on('accept', () => {
      this.#connections += 1;
    });
    // Reading the socket's own `writable` would swallow the signal of an incoming message.
    socket.events.on('handshake', () => {
      this.#handshaken = true;
    });
    // The event does not tell whose connection it was: while there is another one, it may be that of the peer.
    socket.events.on('disconnect', () => {
      this.#connections -= 1;
      if (this.#handshaken && this.#connections === 0) void this.#drain();
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

  close(): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    // A connection of the socket ends only while the gatekeeper answers. If both close at once, ZeroMQ may wait for ever
    // and keep this process alive.
    const ended = new Promise<true>((resolve) => this.#socket.events.on('end', () => resolve(true)));
    this.#socket.close();
    await withTimeout(ended, END_TIMEOUT_MS);
    this.#gatekeeper.close();
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
