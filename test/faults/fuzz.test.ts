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
/** A message for people, of which there may be one for each message of the peer. */
const LONGEST = 1000;

interface Directions {
  readonly [direction: string]: { readonly valid: readonly unknown[] };
}
const corpus = JSON.parse(readFileSync(new URL('../corpus/messages.json', import.meta.url), 'utf8')) as Directions;
const messages = [...(corpus.fromSidecar?.valid ?? []), ...(corpus.toSidecar?.valid ?? [])];

/** Each has a stream of its own: any one of them can be drawn alone. */
const example = (number: number) => mutated(createRandom(SEED, 'fuzz', number), messages[number % messages.length]);

/** Whether the text is refused; whatever else it brings about is a failure. */
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

it(`of ${COUNT} mutated messages none does more than be refused, and none takes much memory`, () => {
  const before = process.memoryUsage().rss;
  let refused = 0;
  for (let number = 0; number < COUNT; number += 1) {
    for (const frame of example(number)) if (isRefused(frame.toString('utf8'), number)) refused += 1;
  }
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  process.stderr.write(
    `fuzz (RMINAS_FUZZ_SEED=${SEED}): ${COUNT} messages, ${refused} frames refused, ${grown} MB more\n`,
  );
  // The mutations leave some messages whole, and spoil most.
  expect(refused).toBeGreaterThan(COUNT / 2);
  expect(grown).toBeLessThan(MOST_MEGABYTES);
});

it(`of ${OVER_THE_SOCKET} mutated messages over a socket each is passed on as it is, or ends the connection`, async () => {
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
