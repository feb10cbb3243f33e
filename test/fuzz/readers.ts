/** The readers of foreign bytes in TypeScript. Each reads bytes, or refuses them by an error that it documents. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { loadConfig } from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';
import { SEARCH_JOURNAL } from '../../src/jobs/search/journal.js';
import { findSpaceFile } from '../../src/plugins/space-file.js';
import { createRandom } from '../../src/random/random.js';
import { decodeMessage, foreignVersion, ProtocolViolation } from '../../src/sidecar/transport/codec.js';
import type { Encoding, Space } from '../../src/spaces/space.js';
import { readJournal } from '../../src/store/journal-file.js';

export interface Reader {
  /** Words of the format, which random bytes would rarely contain. */
  readonly words: readonly string[];
  /** Whether the bytes are accepted. @throws Error for a fault: any exception that the reader does not document. */
  read(bytes: Buffer): boolean | Promise<boolean>;
}

type Refusal = new (...parameters: never[]) => Error;

async function accepts(read: () => unknown, refusal: Refusal): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof refusal && error.message.length > 0) return false;
    throw error;
  }
}

/** Runs a reader on a file of its own. */
async function onFile(name: string, bytes: Buffer, read: (path: string) => unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rminas-fuzz-'));
  try {
    writeFileSync(join(folder, name), bytes);
    await read(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const spaces: readonly Space[] = [...BUILT_IN.spaces].map(({ space }) => space);

/** The first byte chooses the space. */
function parseGenotype(bytes: Buffer): void {
  const space = spaces[(bytes[0] ?? 0) % spaces.length];
  if (space === undefined) throw new Error('there are no spaces');
  checkWritten(space, space.parse(bytes.subarray(1).toString('utf8')));
}

/** A genotype must survive being printed and read again. */
function checkWritten(space: Space, encoding: Encoding): void {
  const again = space.parse(space.print(encoding));
  if (JSON.stringify(again) !== JSON.stringify(encoding)) throw new Error('printing and reading changed the genotype');
  const canonical = space.canonical(encoding);
  const twice = space.canonical(canonical);
  if (JSON.stringify(twice) !== JSON.stringify(canonical)) throw new Error('the canonical form has another one');
}

/** The space of a file beside which the function that it names exists. */
async function readSpace(file: string): Promise<void> {
  writeFileSync(join(dirname(file), 'b.py'), '');
  const found = await findSpaceFile({ overrides: ['SPACE.NAME', file] }, BUILT_IN);
  if (found === undefined) throw new Error('the file was not found');
  const { space } = found.definition;
  const encoding = space.sample(createRandom(1, 'fuzz', 0));
  checkWritten(space, encoding);
}

function decode(bytes: Buffer): void {
  const text = bytes.toString('utf8');
  foreignVersion(text);
  decodeMessage(text);
}

const NUMBERS = ['-1', '1e999', '1e-9', '9007199254740993', '0x10', '010', '1_0', '.5', 'NaN', 'null', 'true'];
const KEYS = ['RMINAS:', 'SPACE:', 'NAME:', 'LOADER:', 'OPTIM:', 'RF_WARMUP', 'TRAIN.GENOTYPE', 'DATASET'];

export const READERS: Readonly<Record<string, Reader>> = {
  configuration: {
    words: [
      ...KEYS,
      ...NUMBERS,
      '\n  ',
      '\n---\n',
      '&a ',
      '*a',
      '<<: ',
      '!!int ',
      '!!python/tuple ',
      "'",
      '"',
      '[',
      '{',
    ],
    read: (bytes) => accepts(() => onFile('config.yaml', bytes, (file) => loadConfig({ file })), UsageError),
  },
  overrides: {
    words: [
      '\n',
      ...NUMBERS,
      'RMINAS.',
      'OPTIM.BASE_LR',
      '(1,)',
      '[1, 2]',
      '{',
      "b'",
      "r'",
      '\\x00',
      '\\u12',
      '\\N{',
      'None',
    ],
    read: (bytes) => accepts(() => loadConfig({ overrides: bytes.toString('utf8').split('\n') }), UsageError),
  },
  journal: {
    words: [
      '\n',
      '{"at":1,"entry":{"type":"',
      'evaluated',
      'finished',
      '"outcome":{',
      '"failure":""',
      '"sum":"',
      ...NUMBERS,
    ],
    read: (bytes) =>
      accepts(() => onFile('journal.jsonl', bytes, (file) => readJournal(file, SEARCH_JOURNAL.entries)), UsageError),
  },
  message: {
    words: [
      '{',
      '}',
      '[',
      '"type":"',
      '"id":"1"',
      '"body":{',
      'hello',
      'evaluated',
      '__proto__',
      '\\ud800',
      ...NUMBERS,
    ],
    read: (bytes) => accepts(() => decode(bytes), ProtocolViolation),
  },
  'space-file': {
    words: [
      'build: b.py:f\n',
      'slots:\n',
      '  a: [1, 2]\n',
      'stages:',
      'when: {',
      'choices: ',
      'seconds: ',
      '&a ',
      '*a',
      ...NUMBERS,
    ],
    read: (bytes) => accepts(() => onFile('space.yaml', bytes, readSpace), UsageError),
  },
  genotype: {
    words: [
      '|',
      '~0|',
      '+',
      'nor_conv_3x3',
      'none',
      '[',
      ']',
      "'Zero'",
      "'3x3_MBConv3'",
      'Genotype(',
      'normal=',
      '0',
      '7',
    ],
    read: (bytes) => accepts(() => parseGenotype(bytes), UsageError),
  },
};
