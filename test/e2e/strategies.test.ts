/** Every strategy, from the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { resultSchema, type SearchResult } from '../../src/index.js';
import { STRATEGIES } from '../../src/strategies/index.js';
import { essence, evaluatedIn } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

// Each test starts a Python with PyTorch, which may share its core.
vi.setConfig({ testTimeout: scaled(180_000) });

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const EVALUATIONS = 14;
const SMALL = ['RMINAS.RF_WARMUP', '6', 'RMINAS.RF_SUCC', '100', 'RMINAS.MAX_EVALUATIONS', String(EVALUATIONS)];

async function run(...words: string[]): Promise<{ result: SearchResult; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runInProcess(['search', '--json', ...words]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { result: resultSchema.parse(JSON.parse(stdout)), stdout, stderr };
}

const search = (strategy: string) =>
  run('--cfg', TINY, '--strategy', strategy, '--out', temporaryFolder(), ...SMALL, 'RMINAS.ANSWER', 'best');

describe('rminas search --strategy', () => {
  it.each(STRATEGIES.map(({ name }) => name).filter((name) => name !== 'largest'))(
    '%s answers the best of what it evaluated',
    async (name) => {
      const { result, stderr } = await search(name);
      expect(result).toMatchObject({ strategy: name, stop: { reason: 'evaluation-cap' } });
      expect(result.genotype).toBe(result.best.genotype);
      expect(result.voters).toEqual([result.best]);
      expect(result.cost.architectures).toBe(EVALUATIONS);
      expect(result.cost.evaluations + result.cost.reused).toBe(EVALUATIONS);
      expect(stderr).toMatch(/warm-up 6 \|.*\n(?:.*\n)?.*guided 7 \|/);
    },
  );

  it('largest answers the network with the most FLOPs, and trains no other', async () => {
    const { result } = await search('largest');
    expect(result.genotype).toBe(
      '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|',
    );
    expect(result.cost).toMatchObject({ architectures: 1, evaluations: 1 });
  });

  it('reinforce learns its policy again when it is resumed', async () => {
    const { result, stdout } = await search('reinforce');
    const { journal } = result.files;
    const lines = readFileSync(journal, 'utf8').split('\n');
    const cut = lines.findIndex((line) => line.includes('"turn":3'));
    writeFileSync(journal, `${lines.slice(0, cut).join('\n')}\n`);
    expect(evaluatedIn(journal).length).toBeLessThan(result.cost.evaluations);
    expect(essence((await run('--resume', result.files.folder)).stdout)).toEqual(essence(stdout));
  });
});
