/**
 * Files that were made to fill the memory or to hang: each reader over a corpus of them, in a process of its own. The
 * bound: four times the file or 256 MiB, whichever is more, above what the process has before it reads. The table is
 * printed with `npx vitest run test/system/bombs.test.ts`. The readers in Python have the same test.
 */

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const LEAST = 256 * 2 ** 20;

const PROGRAM = `
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PartFile } from '${ROOT}/dist/assets/part-file.js';
import { actualChecksum } from '${ROOT}/dist/assets/checksum.js';
import { unpack } from '${ROOT}/dist/assets/unpack.js';
import { loadConfig } from '${ROOT}/dist/config/index.js';
import { readRun } from '${ROOT}/dist/export/run.js';
import { RANKING_JOURNAL } from '${ROOT}/dist/jobs/rank/journal.js';
import { RETRAINING_JOURNAL } from '${ROOT}/dist/jobs/retrain/journal.js';
import { SEARCH_JOURNAL } from '${ROOT}/dist/jobs/search/journal.js';
import { jobFolderAt, textIn } from '${ROOT}/dist/store/folder.js';
import { readJournal } from '${ROOT}/dist/store/journal-file.js';
import { lockFolder } from '${ROOT}/dist/store/lock.js';
import { SharedCache } from '${ROOT}/dist/store/shared-cache.js';
import { z } from ${JSON.stringify(import.meta.resolve('zod'))};

const fail = (problem) => { throw Object.assign(new Error(problem), { code: 'not-used' }); };
const cache = (file) => {
  const options = { folder: dirname(dirname(file)), context: 'c', limit: 2 ** 28, onProblem: fail };
  new SharedCache(options, { name: 'score', schema: z.number() }).find({ genotype: 'g', seed: 1 });
};
const journals = { 'search journal': SEARCH_JOURNAL, 'rank journal': RANKING_JOURNAL, 'retrain journal': RETRAINING_JOURNAL };
const readers = {
  configuration: (file) => loadConfig({ file }),
  'text of config.yaml': (file) => textIn(file) ?? fail(),
  result: (file) => readRun(dirname(file)),
  cache,
  lock: (file) => lockFolder(jobFolderAt(dirname(file))).release(),
  'part of a download': async (file) => (await new PartFile(file.replace('.part.json', '')).read()) ?? fail(),
  checksum: (file) => actualChecksum(file, { algorithm: 'md5', digits: '0' }),
  archive: (file) => unpack(file, dirname(file) + '/set', { onEntry: () => {}, check: async () => {} }),
};
for (const [name, { entries }] of Object.entries(journals)) readers[name] = (file) => readJournal(file, entries);

const memory = (name) => Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
for (const { reader, file } of JSON.parse(process.argv[1])) {
  gc();
  writeFileSync('/proc/self/clear_refs', '5');
  const before = memory('VmRSS');
  let code = 'read';
  try {
    await readers[reader](file);
  } catch (error) {
    code = error.code ?? error.problem ?? error.constructor.name;
  }
  console.log(JSON.stringify({ code, grown: Math.max(0, memory('VmHWM') - before) }));
}
`;

interface Answer {
  /** The code of the error, or `read`. */
  readonly code: string;
  /** Bytes of the peak above what the process had before. */
  readonly grown: number;
}

type Make = (file: string) => void;

const written =
  (content: string | Buffer): Make =>
  (file) =>
    writeFileSync(file, content);
const sparse =
  (size: number): Make =>
  (file) => {
    writeFileSync(file, '{');
    truncateSync(file, size);
  };

const ODD: Readonly<Record<string, Make>> = {
  'a FIFO': (file) => execFileSync('mkfifo', [file]),
  '/dev/zero': (file) => symlinkSync('/dev/zero', file),
  'a folder': (file) => mkdirSync(file),
};
const HUGE: Readonly<Record<string, Make>> = { ...ODD, 'a sparse file of a terabyte': sparse(2 ** 40) };

const keys = `{${Array.from({ length: 60_000 }, (_, key) => `"k${key}":0`).join(',')}}`;
const JSONS: Readonly<Record<string, string>> = {
  '60,000 keys': keys,
  '60,000 times one key': `{${'"k":0,'.repeat(60_000)}"k":1}`,
  '2 million lists': `[${'[],'.repeat(2_000_000)}0]`,
  'lists in 2 million lists': `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`,
};
const genotypes = `${'"a",'.repeat(900_000)}"a"`;
const LINES: Readonly<Record<string, Make>> = {
  ...HUGE,
  'a line of a gigabyte': sparse(2 ** 30),
  ...Object.fromEntries(Object.entries(JSONS).map(([name, json]) => [name, written(`{"at":1,"entry":${json}}\n`)])),
  'a proposal of 900,000': written(
    `{"at":1,"entry":{"type":"proposed","turn":0,"phase":"warm-up","genotypes":[${genotypes}]}}\n`,
  ),
  '100,000 lines': written(
    '{"at":1,"entry":{"type":"evaluated","genotype":"g","seed":1,"outcome":{"failure":"f"}}}\n'.repeat(100_000),
  ),
  '300,000 breaks': written('\n'.repeat(300_000)),
};
/** For schemas that the same reader checks. */
const KEYS = Object.fromEntries(Object.entries(LINES).filter(([name]) => name.startsWith('60,000')));
const YAMLS: Readonly<Record<string, string>> = {
  'aliases of aliases': Array.from(
    { length: 30 },
    (_, level) => `a${level}: &a${level} [${Array(9).fill(level === 0 ? 'x' : `*a${level - 1}`)}]`,
  ).join('\n'),
  '6,000 keys in braces': `{${Array.from({ length: 6000 }, (_, key) => `k${key}: 0`).join(', ')}}`,
  '12,000 keys in lines': Array.from({ length: 12_000 }, (_, key) => `${key}:`).join('\n'),
  '60,000 braces': '{'.repeat(60_000),
  'a key of 60,000 letters': `${'k'.repeat(60_000)}: 0`,
  'a number of 60,000 digits': `RNG_SEED: ${'9'.repeat(60_000)}`,
  'a number with 20,000 colons': `RNG_SEED: ${'1:'.repeat(20_000)}1`,
  'a Python list in 15,000 lists': `RNG_SEED: "${'['.repeat(15_000)}${']'.repeat(15_000)}"`,
};

/** The corpus of each reader: the name of the file, and its bombs. */
const CORPUS: Readonly<Record<string, readonly [string, Readonly<Record<string, Make>>]>> = {
  configuration: [
    'config.yaml',
    { ...HUGE, ...Object.fromEntries(Object.entries(YAMLS).map(([name, text]) => [name, written(text)])) },
  ],
  'text of config.yaml': ['config.yaml', HUGE],
  'search journal': ['journal.jsonl', LINES],
  'rank journal': ['journal.jsonl', KEYS],
  'retrain journal': ['journal.jsonl', KEYS],
  result: [
    'result.json',
    { ...HUGE, ...Object.fromEntries(Object.entries(JSONS).map(([name, json]) => [name, written(json)])) },
  ],
  cache: [
    cacheFile(),
    { ...LINES, ...Object.fromEntries(Object.entries(JSONS).map(([name, json]) => [name, written(cached(json))])) },
  ],
  lock: ['lock-1-1-elsewhere', { ...HUGE, '60,000 keys': written(keys) }],
  'part of a download': ['file.part.json', { ...HUGE, '60,000 keys': written(keys) }],
  checksum: ['archive.tar', ODD],
  archive: ['archive.tar', { ...ODD, 'a gigabyte of zeros': tarOfZeros }],
};
const LOADED = new Set(['lock', 'cache', 'search journal']);

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The file of the cached score that is asked for. */
function cacheFile(): string {
  const digest = sha256(JSON.stringify(['c', 'score', 1, 'g']));
  return join(digest.slice(0, 2), digest.slice(2));
}

/** The content of a file of the cache, with the right checksum. */
function cached(json: string): string {
  return `${sha256(json).slice(0, 16)} ${json}\n`;
}

/** A gzipped tar with one file of a GiB. */
function tarOfZeros(file: string): void {
  const header = Buffer.alloc(512);
  header.write('set/zeros', 0);
  header.write('0000644\0', 100);
  header.write('10000000000\0', 124);
  header.write('ustar\u000000', 257);
  header.write('        ', 148);
  header.write('0', 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  writeFileSync(file, Buffer.concat([gzipSync(header), gzipSync(Buffer.alloc(2 ** 24))]));
}

const journals = join(ROOT, 'test/fixtures/journals/0.2.1/search-complete');

describe.skipIf(process.platform !== 'linux')('files made to fill the memory or to hang', () => {
  it(
    'are refused within bounds by every reader',
    async () => {
      const folder = temporaryFolder();
      const bombs = Object.entries(CORPUS).flatMap(([reader, [name, makes]]) =>
        Object.entries(makes).map(([bomb, make], number) => {
          const place = join(folder, `${reader} ${number}`);
          mkdirSync(dirname(join(place, name)), { recursive: true });
          if (reader === 'result') cpSync(join(journals, 'journal.jsonl'), join(place, 'journal.jsonl'));
          make(join(place, name));
          const file = join(place, name);
          return { reader, bomb, file, size: 512 * statSync(file).blocks };
        }),
      );
      const done = await promisify(execFile)(
        process.execPath,
        ['--expose-gc', '--input-type=module', '-e', PROGRAM, JSON.stringify(bombs)],
        { timeout: scaled(20_000), maxBuffer: 2 ** 24 },
      ).catch((error: { stdout: string; stderr: string }) => error);
      const answers = done.stdout
        .split('\n')
        .slice(0, -1)
        .map((line): Answer => JSON.parse(line));
      expect(bombs[answers.length], `the reader did not end\n${done.stderr}`).toBeUndefined();
      const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0).padStart(5);
      const rows = bombs.map((one, index) => ({ ...one, ...answers[index] }));
      const table = rows.map(
        ({ reader, bomb, size, grown = Number.NaN, code }) =>
          `${reader.padEnd(20)} ${bomb.padEnd(30)} ${mebibytes(size)} MiB +${mebibytes(grown)} MiB  ${code}`,
      );
      process.stdout.write(`${table.join('\n')}\n`);
      expect(rows.filter(({ grown = Number.NaN, size }) => !(grown <= Math.max(LEAST, 4 * size)))).toEqual([]);
      expect(rows.filter(({ reader, code }) => code === 'read' && !LOADED.has(reader))).toEqual([]);
      const stack = rows.filter(({ code }) => !/^(?:read|[a-z]+(?:-[a-z]+)+|missing|unreadable)$/.test(code ?? ''));
      expect(stack).toEqual([]);
    },
    scaled(30_000),
  );
});
