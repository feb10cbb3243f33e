/** Configurations as people have them: what is accepted, and what the refusal says. */
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { shellWord, userPath } from '../../src/installation/paths.js';
import { planNewRetraining } from '../../src/jobs/retrain/plan.js';
import { planNewSearch } from '../../src/jobs/search/plan.js';

const fileOf = (name: string) => fileURLToPath(new URL(`../fixtures/cases/configs/${name}`, import.meta.url));
const load = (name: string) => loadConfig({ file: fileOf(name) });

describe('a configuration', () => {
  it.each([
    ['08_base_include.yaml', 'unknown-key', '_BASE_ (line 1 of', /cannot include files/, /Copy the keys/],
    ['22_envvar.yaml', 'out-of-range', "OUT_DIR is '$RMINAS_HOME/exp_env'", /variables \(\$NAME\)/, /written out/],
    ['23_winpath.yaml', 'out-of-range', "OUT_DIR is 'C:", /drive letters/, /written out/],
    ['30_two_docs.yaml', 'broken-yaml', ':6:1', /second document/, /---/],
    [
      '33_geno_nb201_plain.yaml',
      'broken-yaml',
      ':2:',
      /must be in quotes/,
      /^Write GENOTYPE: '\|nor_conv_3x3~0\|\+\|nor_conv_3x3~0\|avg_pool_3x3~1\|\+\|skip_connect~0\|nor_conv_3x3~1\|skip_connect~2\|'$/,
    ],
    ['34_geno_macro.yaml', 'wrong-type', 'TRAIN.GENOTYPE', /12011201/, /GENOTYPE: "'12011201'"/],
  ])('%s is refused, and the message says what to do', async (name, code, start, problem, step) => {
    const message = expect.stringMatching(problem);
    await expect(load(name)).rejects.toMatchObject({
      code,
      exitCode: 2,
      message,
      nextSteps: expect.arrayContaining([expect.stringMatching(step)]),
    });
    await expect(load(name)).rejects.toThrow(start);
  });

  it('has the home folder for ~, and keeps the text', async () => {
    const { values, settings } = await load('21_tilde.yaml');
    expect(values.OUT_DIR).toBe(`${homedir()}/exp_tilde`);
    expect(settings.get('OUT_DIR')?.value).toEqual({ type: 'str', value: '~/exp_tilde' });
  });

  it('may fold a genotype over several lines', async () => {
    const { plan } = await planNewRetraining({ cfg: fileOf('32_geno_folded.yaml') });
    expect(plan.retraining.space).toBe('darts');
    expect(plan.retraining.genotype).toMatch(/^Genotype\(normal=\[.*reduce_concat=\[2, 3, 4, 5\]\)$/);
  });

  it('is told what it wrote, also when YAML reads digits as another number', async () => {
    const overrides = ['SPACE.NAME', 'nas-bench-macro', 'TRAIN.GENOTYPE', '12_011_201'];
    await expect(loadConfig({ overrides })).rejects.toThrow('not the int 12_011_201');
  });

  it('must want at least one good architecture, before the folder of the run is made', async () => {
    const attempt = planNewSearch({ cfg: 'quickstart', overrides: ['RMINAS.RF_SUCC', '0'] });
    await expect(attempt).rejects.toThrow(/RMINAS\.RF_SUCC is 0 .* a whole number from 1 to/);
  });
});

describe('the path of a flag', () => {
  it.each([
    ['~', homedir()],
    ['~/data', `${homedir()}/data`],
    ['a~/b', 'a~/b'],
    ['~ada/data', '~ada/data'],
    ['/data/cost$', '/data/cost$'],
  ])('%s means %s', (text, path) => {
    expect(userPath(text)).toBe(path);
  });

  it.each(['$HOME/data', '/x/$USER/data', '%USERPROFILE%/data', '/x/\uFFFD'])('cannot be %s', (text) => {
    expect(() => userPath(text)).toThrow(expect.objectContaining({ code: 'invalid-path', exitCode: 2 }));
  });

  it.runIf(process.platform !== 'win32')('has no drive letter', () => {
    expect(() => userPath('D:\\data')).toThrow(/drive letters/);
  });
});

describe.runIf(process.platform !== 'win32')('a word of a command in advice', () => {
  it.each(['/tmp/plain', '/tmp/a b', "/tmp/it's", '$HOME', '`id`', 'ü\n', '', '*'])(
    '%j reaches the program',
    (text) => {
      const printed = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
      expect(printed).toBe(text);
    },
  );
});
