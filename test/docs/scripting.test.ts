/** The table of jobs in docs/scripting.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compare, oneShot, type RminasError, rank, retrain, score, search, trainTeacher } from '../../src/index.js';
import { ROOT } from '../support/run-cli.js';

const JOBS = { search, score, rank, compare, retrain, oneShot, trainTeacher };
/** Options of every job, which the head of the table names. */
const COMMON = ['cfg', 'overrides', 'plugins', 'data', 'python', 'signal'];
/** Names of earlier versions. */
const FORMER = ['twins'];

it.each(Object.entries(JOBS))('the options of %s are in the table', async (name, job) => {
  const start = job as (options: object) => { readonly result: Promise<unknown> };
  const error = (await start({ noSuchOption: 1 }).result.catch((reason: unknown) => reason)) as RminasError;
  const [, list = ''] = /^Its options are (.*)\.$/m.exec(error.nextSteps.join('\n')) ?? [];
  const [, documented = ''] =
    new RegExp(`^\\| \`${name}\` \\|([^|]*)\\|`, 'm').exec(readFileSync(join(ROOT, 'docs/scripting.md'), 'utf8')) ?? [];
  const named = [...documented.matchAll(/`(\w+)`/g)]
    .map(([, option]) => option)
    .filter((option) => option !== 'resume');
  const own = list.split(', ').filter((option) => ![...COMMON, ...FORMER, 'followUp'].includes(option));
  expect(named.filter((option) => option !== 'cfg').sort()).toEqual(own.sort());
});
