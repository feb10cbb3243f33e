import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { curveKeyPair, Dealer, type SocketOptions } from 'zeromq';
import { memoryPair, type Transport } from '../../src/sidecar/transport/transport.js';
import { bindTransport } from '../../src/sidecar/transport/zeromq.js';
import { eventually } from '../support/limits.js';
import { remember } from '../support/started.js';
import { node, useGround } from './harness.js';

interface Peer {
  /** Resolves when the other side has closed the connection. */
  readonly refused: Promise<unknown>;
  send(text: string): Promise<unknown>;
  receive(): Promise<string>;
  close(): void;
}

const ground = useGround();
const peers: Peer[] = [];
const transports: Transport[] = [];

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  for (const transport of transports.splice(0)) await transport.close();
});

/** What a peer proves itself with, as options of its socket. */
function proofOf({ environment }: Pick<Transport, 'environment'>): SocketOptions<Dealer> {
  const { RMINAS_SOCKET_PASSWORD, RMINAS_CURVE_SERVER_PUBLIC, RMINAS_CURVE_PUBLIC, RMINAS_CURVE_SECRET } = environment;
  if (RMINAS_SOCKET_PASSWORD !== undefined) {
    return { plainUsername: 'sidecar', plainPassword: RMINAS_SOCKET_PASSWORD };
  }
  return {
    curveServerKey: RMINAS_CURVE_SERVER_PUBLIC ?? null,
    curvePublicKey: RMINAS_CURVE_PUBLIC ?? null,
    curveSecretKey: RMINAS_CURVE_SECRET ?? null,
  };
}

function dial(transport: Transport, proof = proofOf(transport)): Peer {
  const { address } = transport;
  const socket = new Dealer({ linger: 0, ...proof });
  const refused = new Promise((resolve) => socket.events.on('disconnect', resolve));
  socket.connect(address);
  return {
    refused,
    send: (text) => socket.send(text),
    receive: async () => String((await socket.receive())[0]),
    close: () => socket.close(),
  };
}

async function bound(kind: 'ipc' | 'tcp'): Promise<[Transport, Peer]> {
  const transport = await bindTransport(kind);
  return [transport, dial(transport)];
}

async function inMemory(): Promise<[Transport, Peer]> {
  const [here, there] = memoryPair();
  const received: string[] = [];
  there.onMessage((text) => received.push(text));
  const receive = () =>
    eventually(() => {
      const text = received.shift();
      if (text === undefined) throw new Error('nothing yet');
      return text;
    });
  const refused = new Promise(() => {});
  return [here, { refused, send: (text) => there.send(text), receive, close: () => void there.close() }];
}

describe.each([
  ['memory', inMemory],
  ['ipc', () => bound('ipc')],
  ['tcp', () => bound('tcp')],
] as const)('a %s transport', (_, open) => {
  async function connected() {
    const [transport, peer] = await open();
    transports.push(transport);
    peers.push(peer);
    const received: string[] = [];
    const closed = vi.fn();
    transport.onMessage((text) => received.push(text));
    transport.onClose(closed);
    await peer.send('hello');
    await eventually(() => expect(received).toEqual(['hello']));
    return { transport, peer, received, closed };
  }

  it('carries texts in order, both ways', async () => {
    const { transport, peer, received } = await connected();
    expect(transport.connected).toBe(true);
    const texts = ['ä€𝄞\u0000\n', '', 'x'.repeat(1_000_000), ...Array.from({ length: 100 }, (_, index) => `${index}`)];
    await Promise.all(texts.map((text) => transport.send(text)));
    for (const text of texts) expect(await peer.receive()).toBe(text);
    for (const text of texts) await peer.send(text);
    await eventually(() => expect(received.slice(1)).toEqual(texts));
  });

  it('reports once that the peer has disconnected', async () => {
    const { transport, peer, closed } = await connected();
    peer.close();
    await eventually(() => expect(closed.mock.calls).toEqual([['closed its connection']]));
    expect(transport.connected).toBe(false);
    await transport.close();
    expect(closed).toHaveBeenCalledOnce();
  });

  it('may be closed twice, does not report that, and then rejects messages', async () => {
    const { transport, closed } = await connected();
    await transport.close();
    await transport.close();
    expect(closed).not.toHaveBeenCalled();
    expect(transport.connected).toBe(false);
    await expect(transport.send('x')).rejects.toThrow();
  });
});

describe.each(['ipc', 'tcp'] as const)('an %s socket', (kind) => {
  it('delivers all messages before it reports that the peer has disconnected', async () => {
    const transport = await bindTransport(kind);
    transports.push(transport);
    let received = 0;
    transport.onMessage(() => {
      received += 1;
    });
    const atClose = new Promise((resolve) => transport.onClose(() => resolve(received)));
    const [file = '', ...args] = node('disconnects-after-many.mjs', '900', '--address', transport.address);
    const env = { ...process.env, ...transport.environment };
    const peer = remember(spawn(file, args, { stdio: ['pipe', 'inherit', 'inherit'], env }));
    expect(await atClose).toBe(900);
    peer.kill();
  });
});

describe.each(['ipc', 'tcp'] as const)('a closed %s socket', (kind) => {
  it('does not keep the process alive, even if the peer was connected', async () => {
    const [file = '', ...args] = node('closes-connected.mjs', kind, '25');
    const child = remember(spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    let stdout = '';
    child.stdout?.on('data', (bytes) => {
      stdout += bytes;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'closed all\n' });
  });
});

describe('an ipc socket', () => {
  it('lies in a private folder until the peer has connected', async () => {
    const [transport, peer] = await bound('ipc');
    transports.push(transport);
    peers.push(peer);
    const folder = dirname(transport.address.replace('ipc://', ''));
    expect(dirname(folder)).toBe(join(ground.folder, 'tmp'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await peer.send('hello');
    await eventually(() => expect(existsSync(folder)).toBe(false));
    await transport.send('still here');
    expect(await peer.receive()).toBe('still here');
  });

  it('uses another folder when the path of the temporary folder is too long', async () => {
    const deep = join(ground.folder, 'd'.repeat(100));
    mkdirSync(deep);
    vi.stubEnv('TMPDIR', deep);
    const transport = await bindTransport('ipc');
    transports.push(transport);
    expect(Buffer.byteLength(transport.address.replace('ipc://', ''))).toBeLessThan(104);
    expect(readdirSync(deep)).toEqual([]);
  });
});

describe('a tcp socket', () => {
  it('listens on the loopback', async () => {
    const transport = await bindTransport('tcp');
    transports.push(transport);
    expect(transport.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });
});

const own = curveKeyPair();
/** Peers of other programs; each knows the address, and with TCP the public key of the socket. */
const STRANGERS: Readonly<Record<'ipc' | 'tcp', Record<string, (transport: Transport) => SocketOptions<Dealer>>>> = {
  ipc: {
    'without a password': () => ({}),
    'with a wrong password': () => ({ plainUsername: 'sidecar', plainPassword: '0'.repeat(64) }),
  },
  tcp: {
    'without keys': () => ({}),
    'with keys of its own': ({ environment }) => ({
      curveServerKey: environment.RMINAS_CURVE_SERVER_PUBLIC ?? null,
      curvePublicKey: own.publicKey,
      curveSecretKey: own.secretKey,
    }),
    'with the keys of another socket': (transport) => ({ ...proofOf(transport), curveServerKey: own.publicKey }),
  },
};

describe.each(['ipc', 'tcp'] as const)('strangers on an %s socket', (kind) => {
  it.each(Object.entries(STRANGERS[kind]))('are refused: one %s', async (_, proof) => {
    const transport = await bindTransport(kind);
    transports.push(transport);
    const received: string[] = [];
    const closed = vi.fn();
    transport.onMessage((text) => received.push(text));
    transport.onClose(closed);
    const stranger = dial(transport, proof(transport));
    peers.push(stranger);
    // A refused peer cannot send at this point: its socket holds the message back.
    void stranger.send('stranger').catch(() => {});
    const gotten: string[] = [];
    void stranger.receive().then(
      (text) => gotten.push(text),
      () => {},
    );
    await stranger.refused;
    const peer = dial(transport);
    peers.push(peer);
    await peer.send('peer');
    await eventually(() => expect(received).toEqual(['peer']));
    // A socket deals messages to its peers in turn: none may go astray.
    for (const text of ['one', 'two', 'three']) {
      await transport.send(text);
      expect(await peer.receive()).toBe(text);
    }
    stranger.close();
    await peer.send('again');
    await eventually(() => expect(received).toEqual(['peer', 'again']));
    expect(gotten).toEqual([]);
    expect(closed).not.toHaveBeenCalled();
    expect(transport.connected).toBe(true);
  });
});
