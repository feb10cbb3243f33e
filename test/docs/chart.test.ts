import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const SCRIPT = join(ROOT, 'scripts/chart-run.mjs');

// Generous: it guards against hanging, and the machine may be busy.
describe('scripts/chart-run.mjs', { timeout: scaled(300_000) }, () => {
  it('draws a finished search: a dot for each architecture, the threshold and both phases', async () => {
    const cfg = join(ROOT, 'test/fixtures/tiny.yaml');
    const { files, cost, threshold } = await search({ cfg, overrides: ['OUT_DIR', temporaryFolder()] }).result;
    const file = join(temporaryFolder(), 'pictures', 'run.svg');
    await execa('node', [SCRIPT, files.folder, file], { cwd: ROOT });
    const svg = readFileSync(file, 'utf8');
    expect(svg).toMatch(new RegExp(`Loss of ${cost.architectures} architectures, \\d+ diverged`));
    // Diverged ones are drawn too, at the upper end.
    expect(svg.match(/class="dot"/g)).toHaveLength(cost.architectures);
    expect(svg).toContain(`threshold ${threshold?.toPrecision(3)}`);
    expect(svg).toContain('>warm-up<');
    expect(svg).toContain('>end of the warm-up<');
    expect(svg).toMatch(/>guided(, good)?</);
    expect(svg).not.toContain('NaN');
  });

  it('explains its use', async () => {
    await expect(execa('node', [SCRIPT])).rejects.toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Usage'),
    });
  });
});
