/** Mutated messages, against the decoder and against a real socket. RMINAS_FUZZ_SEED repeats a failure. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Dealer } from 'zeromq';
import { createRandom } from '../../src/random/random.js';
import { decodeMessage, foreignVersion, ProtocolViolation } from '../../src/sidecar/transport/codec.js';
import { bindTransport } from '../../src/sidecar/transport/zeromq.js';
import { mutated } from './mutations.js';

const SEED = Number(process.env.RMINAS_FUZZ_SEED ?? 1);
const COUNT = Number(process.env.RMINAS_FUZZ_COUNT ?? 10_000);
const OVER_THE_SOCKET = 400;
const MOST_MEGABYTES = 300;
/** Longest error message, in characters: each message of the peer may cause one. */
const LONGEST = 1000;

interface Directions {
  readonly [direction: string]: { readonly valid: readonly unknown[] };
}
const corpus = JSON.parse(readFileSync(new URL('../corpus/messages.json', import.meta.url), 'utf8')) as Directions;
const messages = [...(corpus.fromSidecar?.valid ?? []), ...(corpus.toSidecar?.valid ?? [])];

/** Each message has its own random stream, so any of them can be reproduced alone. */
const example = (number: number) => mutated(createRandom(SEED, 'fuzz', number), messages[number % messages.length]);

/** Whether the decoder refuses the text. @throws Error for any other failure of the decoder */
function isRefused(text: string, number: number): boolean {
  try {
    foreignVersion(text);
    decodeMessage(text);
    return false;
  } catch (error) {
    const which = `RMINAS_FUZZ_SEED=${SEED}, message ${number}`;
    if (!(error instanceof ProtocolViolation)) throw new Error(which, { cause: error });
    expect(error.message.length, which).toBeLessThan(LONGEST);
    return true;
  }
}

it(`${COUNT} mutated messages are decoded or refused, without much memory`, () => {
  const before = process.memoryUsage().rss;
  let refused = 0;
  for (let number = 0; number < COUNT; number += 1) {
    for (const frame of example(number)) if (isRefused(frame.toString('utf8'), number)) refused += 1;
  }
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  process.stderr.write(
    `fuzz (RMINAS_FUZZ_SEED=${SEED}): ${COUNT} messages, ${refused} frames refused, ${grown} MB more\n`,
  );
  // Mutations leave some messages valid and spoil most of them.
  expect(refused).toBeGreaterThan(COUNT / 2);
  expect(grown).toBeLessThan(MOST_MEGABYTES);
});

it(`each of ${OVER_THE_SOCKET} mutated messages over a socket is delivered unchanged or ends the connection`, async () => {
  for (let number = 0; number < OVER_THE_SOCKET; number += 1) {
    const transport = await bindTransport('ipc');
    const socket = new Dealer({ linger: 0 });
    try {
      const outcome = new Promise<string>((resolve) => {
        transport.onMessage(resolve);
        transport.onClose((reason) => resolve(`closed: ${reason}`));
      });
      socket.connect(transport.address);
      const frames = example(number);
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
