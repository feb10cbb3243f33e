/** Mutated messages, against the decoder and against a real socket. RMINAS_FUZZ_SEED repeats a failure. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Dealer } from 'zeromq';
import { toSidecarSchema } from '../../src/protocol/messages.js';
import { createRandom } from '../../src/random/random.js';
import { decodeMessage, foreignVersion, ProtocolViolation } from '../../src/sidecar/transport/codec.js';
import { bindTransport } from '../../src/sidecar/transport/zeromq.js';
import { mutated } from './mutations.js';

const SEED = Number(process.env.RMINAS_FUZZ_SEED ?? 1);
/** Of each direction. */
const COUNT = Number(process.env.RMINAS_FUZZ_COUNT ?? 5000);
const OVER_THE_SOCKET = 400;
const MOST_MEGABYTES = 300;
/** Longest error message, in characters: each message of the peer may cause one. */
const LONGEST = 1000;

interface Corpus {
  readonly [direction: string]: { readonly valid: readonly unknown[] };
}
const corpus = JSON.parse(readFileSync(new URL('../corpus/messages.json', import.meta.url), 'utf8')) as Corpus;

interface Direction {
  readonly name: string;
  readonly messages: readonly unknown[];
  /** @throws ProtocolViolation or SyntaxError for a message that is refused */
  read(text: string): void;
}

const FROM_SIDECAR: Direction = {
  name: 'sidecar to controller',
  messages: corpus.fromSidecar?.valid ?? [],
  read(text) {
    foreignVersion(text);
    decodeMessage(text);
  },
};
const TO_SIDECAR: Direction = {
  name: 'controller to sidecar',
  messages: corpus.toSidecar?.valid ?? [],
  read(text) {
    // The controller checks its own messages by this schema before it sends them.
    if (!toSidecarSchema.safeParse(JSON.parse(text)).success) throw new ProtocolViolation('does not match');
  },
};

/** Each message has its own random stream, so any of them can be reproduced alone. */
const example = ({ messages }: Direction, number: number) =>
  mutated(createRandom(SEED, 'fuzz', number), messages[number % messages.length]);

/** Whether a text is refused. @throws Error for any other failure */
function isRefused(direction: Direction, text: string, which: string): boolean {
  try {
    direction.read(text);
    return false;
  } catch (error) {
    const refusals = [ProtocolViolation, SyntaxError];
    if (!refusals.some((refusal) => error instanceof refusal)) throw new Error(which, { cause: error });
    expect((error as Error).message.length, which).toBeLessThan(LONGEST);
    return true;
  }
}

describe.each([FROM_SIDECAR, TO_SIDECAR])('messages from $name', (direction) => {
  it('are accepted before they are mutated', () => {
    expect(direction.messages.length).toBeGreaterThan(10);
    for (const [number, message] of direction.messages.entries()) {
      expect(isRefused(direction, JSON.stringify(message), `message ${number}`), `message ${number}`).toBe(false);
    }
  });

  it('are read or refused after mutations, without much memory', () => {
    const before = process.memoryUsage().rss;
    let refused = 0;
    for (let number = 0; number < COUNT; number += 1) {
      const texts = example(direction, number).map((frame) => frame.toString('utf8'));
      const which = `RMINAS_FUZZ_SEED=${SEED}, message ${number}`;
      if (texts.map((text) => isRefused(direction, text, which)).some(Boolean)) refused += 1;
    }
    const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
    const counts = `${direction.messages.length} accepted messages, ${COUNT} mutations, ${refused} refused, ${grown} MB more`;
    process.stderr.write(`fuzz, ${direction.name} (RMINAS_FUZZ_SEED=${SEED}): ${counts}\n`);
    // Mutations leave some messages valid and spoil others.
    expect(refused).toBeGreaterThan(COUNT / 3);
    expect(refused).toBeLessThan(COUNT);
    expect(grown).toBeLessThan(MOST_MEGABYTES);
  });
});

it(`each of ${OVER_THE_SOCKET} mutated messages over a socket is delivered unchanged or ends the connection`, async () => {
  for (let number = 0; number < OVER_THE_SOCKET; number += 1) {
    const transport = await bindTransport('ipc');
    const { RMINAS_SOCKET_PASSWORD: plainPassword = '' } = transport.environment;
    const socket = new Dealer({ linger: 0, plainUsername: 'sidecar', plainPassword });
    try {
      const outcome = new Promise<string>((resolve) => {
        transport.onMessage(resolve);
        transport.onClose((reason) => resolve(`closed: ${reason}`));
      });
      socket.connect(transport.address);
      const frames = example(FROM_SIDECAR, number);
      await socket.send(frames);
      const [first = Buffer.alloc(0)] = frames;
      const text = frames.length === 1 && isUtf8(first) ? first.toString('utf8') : undefined;
      expect(await outcome, `RMINAS_FUZZ_SEED=${SEED}, message ${number}`).toBe(
        text ?? 'closed: sent bytes that are not a message',
      );
    } finally {
      socket.close();
      await transport.close();
    }
  }
});
