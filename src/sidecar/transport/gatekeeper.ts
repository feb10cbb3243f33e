/** Admits peers to a socket. ZeroMQ asks it during the handshake, by its authentication protocol ZAP (RFC 27). */
import { timingSafeEqual } from 'node:crypto';
import { type Context, Reply } from 'zeromq';

/** ZeroMQ asks at this address, within the context of the socket. */
const ADDRESS = 'inproc://zeromq.zap.01';
const VERSION = '1.0';

/** The `zapDomain` of a guarded socket. ZeroMQ refuses every peer of a socket with a domain when no gatekeeper answers. */
export const GUARDED = { zapDomain: 'rminas' } as const;

export class Gatekeeper {
  readonly #socket: Reply;
  readonly #secret: Buffer;

  /**
   * Begins to answer for the sockets of a context, which must be bound later.
   * @param secret the last credential of the only admitted peer: its password (PLAIN) or its public key (CURVE, 32 bytes)
   */
  static async install(context: Context, secret: Buffer): Promise<Gatekeeper> {
    const socket = new Reply({ context, linger: 0 });
    await socket.bind(ADDRESS);
    return new Gatekeeper(socket, secret);
  }

  private constructor(socket: Reply, secret: Buffer) {
    this.#socket = socket;
    this.#secret = secret;
    void this.#answer();
  }

  close(): void {
    this.#socket.close();
  }

  async #answer(): Promise<void> {
    for await (const [, request = '', , , , , ...credentials] of this.#socket) {
      const [code, text] = this.#admits(credentials.at(-1)) ? ['200', 'OK'] : ['400', 'wrong secret'];
      // The socket may have been closed meanwhile.
      await this.#socket.send([VERSION, request, code, text, '', '']).catch(() => {});
    }
  }

  #admits(secret: Buffer | undefined): boolean {
    return secret?.length === this.#secret.length && timingSafeEqual(secret, this.#secret);
  }
}
