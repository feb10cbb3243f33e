import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { mismatchStep, packageSteps, reinstallStep, setupCommand } from '../../src/installation/advice.js';
import { type InstallationContext, programCommand, withProgramCommand } from '../../src/installation/program.js';
import { temporaryFolder } from '../support/run-cli.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function at(path: string, ...files: readonly string[]): InstallationContext {
  const packageRoot = join(folder, path);
  mkdirSync(packageRoot, { recursive: true });
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return { packageRoot, environment: {} };
}

const checkout = () => at('rminas', 'rminas/scripts/setup.mjs', 'rminas/package.json');
const dependency = () => at('project/node_modules/rminas', 'project/package.json');
const pnpm = () => at('project/node_modules/.pnpm/rminas@1/node_modules/rminas', 'project/package.json');
const global = () => at('lib/node_modules/rminas', 'lib/node_modules/rminas/package.json');

describe('the advice', () => {
  it.each([
    ['a checkout', checkout, 'npm run setup', 'npx rminas', 'Install the node modules again: npm ci'],
    ['a dependency', dependency, 'npx rminas setup', 'npx rminas', 'Install rminas again: npm install rminas'],
    ['a dependency by pnpm', pnpm, 'npx rminas setup', 'npx rminas', 'Install rminas again: npm install rminas'],
    ['a global one', global, 'rminas setup', 'rminas', 'Install rminas again: npm install --global rminas'],
  ])('fits %s', (_, context, setup, program, reinstall) => {
    expect(setupCommand(context())).toBe(setup);
    expect(programCommand(context())).toBe(program);
    expect(withProgramCommand('Resume it with: rminas search --resume exp/rminas run', context())).toBe(
      `Resume it with: ${program} search --resume exp/rminas run`,
    );
    expect(withProgramCommand('Run `rminas doctor`, which ships with rminas today.', context())).toBe(
      `Run \`${program} doctor\`, which ships with rminas today.`,
    );
    expect(reinstallStep(context())).toBe(reinstall);
    expect(packageSteps('/usr/bin/python3', context())).toEqual([
      `Run \`${setup}\`, or name a Python that has the packages with --python or RMINAS_PYTHON.`,
    ]);
  });

  it('compiles a checkout whose halves differ, and installs a package again', () => {
    expect(mismatchStep(checkout())).toContain('`npm run setup`');
    expect(mismatchStep(global())).toBe(reinstallStep(global()));
  });

  it.each([
    ['virtual environment', { VIRTUAL_ENV: '/envs/mine', CONDA_PREFIX: '' }],
    ['conda environment', { CONDA_PREFIX: '/envs/mine' }],
  ])('offers an active %s the packages in the tested versions', (_, environment) => {
    const context = { ...global(), environment };
    const constraints = join(context.packageRoot, 'python/constraints.txt');
    expect(packageSteps('/envs/mine/bin/python', context)[1]).toBe(
      `Or install them into the active environment: /envs/mine/bin/python -m pip install -c ${constraints} torch numpy scikit-learn pyzmq jsonschema-rs pillow`,
    );
    expect(packageSteps('/envs/mine2/bin/python', context)).toHaveLength(1);
  });
});
