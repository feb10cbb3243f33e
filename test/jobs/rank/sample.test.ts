import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch } from '../../../src/config/index.js';
import { paperSpecification } from '../../../src/config/planning/paper.js';
import { planRanking } from '../../../src/jobs/rank/plan.js';
import { drawSample } from '../../../src/jobs/rank/sample.js';
import { trainingFlops } from '../../../src/search/training-flops.js';
import { warmUpProposals } from '../../../src/strategies/draw.js';
import { getSpace } from '../../support/spaces.js';

const space = getSpace('nas-bench-201');

describe('a sample', () => {
  it('of more architectures begins with that of fewer, and is the warm-up of a search', () => {
    const many = drawSample(space, 7, 300);
    expect(many.slice(0, 100)).toEqual(drawSample(space, 7, 100));
    expect(many.map(({ genotype }) => genotype)).toEqual(
      warmUpProposals(space, 7, 0, 300).map((encoding) => space.print(encoding)),
    );
    expect(new Set(many.map(({ genotype }) => genotype)).size).toBe(300);
    expect(drawSample(space, 8, 3)).not.toEqual(many.slice(0, 3));
  });

  it('marks architectures that are isomorphic to an earlier one', () => {
    const sample = drawSample(space, 7, 300);
    for (const { number, canonical, isDuplicate } of sample) {
      const earlier = sample.slice(0, number).some((other) => other.canonical === canonical);
      expect(isDuplicate).toBe(earlier);
    }
    expect(sample.filter(({ isDuplicate }) => isDuplicate).length).toBeGreaterThan(10);
  });

  it('ends where the space does', () => {
    expect(drawSample(getSpace('nas-bench-macro'), 1, 7000)).toHaveLength(6561);
  });
});

describe("the paper's evaluation", () => {
  it('is the original network on 32 images for as many updates as its code makes', async () => {
    const overrides = ['RMINAS.CELLS', '1', 'RMINAS.CHANNELS', '8', 'LOADER.BATCH_SIZE', '16', 'OPTIM.MAX_EPOCH', '20'];
    const config = await loadConfig({ file: 'configs/nas-bench-201-cifar10.yaml', overrides });
    const plan = planSearch(config);
    const { specification } = plan;
    expect(specification).toMatchObject({ network: { channels: 8, cells: 1 }, batch: { size: 16 }, steps: 21 });
    const original = paperSpecification(plan);
    expect(original).toEqual(
      planSearch(await loadConfig({ file: 'configs/nas-bench-201-cifar10.yaml' })).specification,
    );
    // 150 updates, and the forward pass of the loss that counts.
    expect(trainingFlops(2, original.batch.size, original.steps)).toBe(2 * 32 * 451);
  });
});

describe('the plan of a ranking', () => {
  const cfg = 'configs/nas-bench-201-cifar10.yaml';

  it.each([
    [{}, 'all'],
    [{ duplicates: 'once' }, 'once'],
    [{ twins: 'once' }, 'once'],
  ] as const)('counts duplicates as %j says', async (options, counting) => {
    expect(await planRanking({ cfg, ...options })).toMatchObject({ duplicates: counting });
  });
});
