/**
 * Each reader of foreign bytes over its kept corpus, then over new inputs. RMINAS_FUZZ_SECONDS and RMINAS_FUZZ_RUNS
 * limit each reader, RMINAS_FUZZ_SEED repeats a run, RMINAS_FUZZ_KEEP adds new inputs to the corpus, and
 * RMINAS_FUZZ_TABLE names a file that gets a line of JSON with the counts of each reader.
 */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scaled } from '../support/limits.js';
import { keep, keepFault, readCorpus } from './corpus.js';
import { fuzz } from './fuzzer.js';
import { READERS } from './readers.js';

const SEED = Number(process.env.RMINAS_FUZZ_SEED ?? 1);
const SECONDS = Number(process.env.RMINAS_FUZZ_SECONDS ?? 1);
const RUNS = Number(process.env.RMINAS_FUZZ_RUNS ?? (SECONDS > 2 ? Number.MAX_SAFE_INTEGER : 2000));

describe.each(Object.entries(READERS))('the reader %s', (name, reader) => {
  it('reads or refuses each input of its corpus, and accepts some', async () => {
    const corpus = readCorpus(name);
    const accepted = await Promise.all(corpus.map((input) => reader.read(input)));
    expect(accepted.filter(Boolean).length).toBeGreaterThan(0);
    expect(accepted.filter((one) => !one).length).toBeGreaterThan(0);
  });

  it('reads or refuses new inputs', { timeout: scaled(60_000) + SECONDS * 2000 }, async () => {
    const corpus = readCorpus(name);
    const report = await fuzz(reader, corpus, { seed: SEED, seconds: SECONDS, runs: RUNS });
    const { runs, accepted, blocks, found, fault } = report;
    const counts = `${runs} inputs, ${accepted} accepted, ${blocks} blocks, ${found.length} new inputs`;
    process.stderr.write(`fuzz ${name} (RMINAS_FUZZ_SEED=${SEED}): ${counts}\n`);
    if (process.env.RMINAS_FUZZ_KEEP) keep(name, found);
    if (fault !== null) keepFault(name, fault.input);
    const row = { reader: name, inputs: runs, edges: blocks, kept: readCorpus(name).length, faults: fault ? 1 : 0 };
    const table = process.env.RMINAS_FUZZ_TABLE;
    if (table) appendFileSync(table, `${JSON.stringify(row)}\n`);
    if (fault !== null) {
      throw new Error(`A fault, added to the kept corpus of ${name}: ${fault.input.toString('base64')}`, {
        cause: fault.error,
      });
    }
    expect(runs).toBeGreaterThan(0);
    expect(blocks).toBeGreaterThan(0);
  });
});
