/** Networks that leave rminas: a real retraining and its folder, exported and used by a fresh Python. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportNetwork, type RetrainingResult, retrain } from '../../src/index.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const FIXTURES = join(ROOT, 'test/fixtures/journals/0.2.1');
const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|';
const SMALL = ['LOADER.DATASET', 'digits', 'RMINAS.CHANNELS', '2', 'RMINAS.CELLS', '1', 'RMINAS.THREADS', '1'];
const TINY = [
  ...[...SMALL, 'OPTIM.MAX_EPOCH', '1'],
  ...['RMINAS.DISTILLATION_WEIGHT', '0.5', 'RMINAS.RETRAIN_PRECISION', 'bf16', 'RMINAS.PATIENCE', '5'],
];

/** The accuracy of the exported network on the digits that were held out, by code without rminas. */
const MEASURE = `
import sys; sys.path.insert(0, sys.argv[1])
import numpy, torch, model
images, labels = (torch.from_numpy(part) for part in numpy.load(sys.argv[2]).values())
with torch.no_grad():
    guesses = model.load_network()(model.normalise(images)).argmax(1)
assert not any(name.startswith("rminas") for name in sys.modules)
print(100 * float((guesses == labels).double().mean()))
`;
/** Writes the held-out digits as an archive of NumPy. */
const HELD_OUT = `
import sys, numpy, torch
from rminas_sidecar.data.datasets import find_dataset
images = find_dataset("digits", 8, 10).read_held_out(None)
pixels = images.plain(torch.arange(len(images)))
numpy.savez(sys.argv[1], images=pixels.float().numpy() / 16, labels=images.labels.numpy())
`;

let trained: RetrainingResult;
beforeAll(async () => {
  const overrides = ['OUT_DIR', temporaryFolder(), ...TINY];
  trained = await retrain({ genotype: NB201, overrides, seeds: [3, 4] }).result;
}, scaled(60_000));

describe('an exported retraining', () => {
  it('has the accuracy that the retraining reported', { timeout: scaled(60_000) }, async () => {
    const to = join(temporaryFolder(), 'model');
    const result = await exportNetwork({ network: trained.files.folder, to, seed: 4, formats: [] });
    expect(readdirSync(to).sort()).toEqual([...result.files].sort());
    expect(result.files).toEqual(['model.py', 'weights.safetensors', 'genotype.json', 'README.md']);
    expect(result).toMatchObject({ differences: { 'model.py': 0 }, genotype: trained.genotype, folder: to });
    expect(result.accuracy).toBe(trained.seeds[1]?.accuracy);
    const python = await findPython(undefined);
    const archive = join(temporaryFolder(), 'held-out.npz');
    execFileSync(python, ['-c', HELD_OUT, archive], { env: { ...process.env, PYTHONPATH: join(ROOT, 'python') } });
    const measured = execFileSync(python, ['-I', '-c', MEASURE, to, archive], { encoding: 'utf8' });
    expect(Number(measured)).toBeCloseTo(Number(result.accuracy), 9);
  });

  it('has a model card and the notations of other programs', { timeout: scaled(60_000) }, async () => {
    const to = temporaryFolder();
    await exportNetwork({ network: trained.files.folder, to, formats: [] });
    const card = readFileSync(join(to, 'README.md'), 'utf8');
    expect(card).toContain(`| test accuracy | ${trained.seeds[0]?.accuracy.toFixed(2)} %, seed 3 |`);
    expect(card).toContain(`rminas retrain --cfg ${join(trained.files.folder, 'config.yaml')} --seeds 3`);
    const { notations, network } = JSON.parse(readFileSync(join(to, 'genotype.json'), 'utf8'));
    expect(network).toEqual(trained.retraining.network);
    expect(notations).toMatchObject({ 'NATS-Bench': NB201, NASLib: [2, 2, 0, 1, 3, 4] });
    expect(notations.NNI).toMatchObject({ '0_1': 'conv_3x3', '1_2': 'none', '2_3': 'avg_pool_3x3' });
  });
});

describe('a network of a space of the user that cannot be traced', () => {
  const builder = `import torch
class Network(torch.nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.stages = torch.nn.ModuleList(torch.nn.Conv2d(3 if i == 0 else width, width, 3, padding=1) for i in range(3))
        self.head = torch.nn.Linear(width, classes)
    def forward(self, images):
        x = images
        for stage in self.stages:
            x = stage(x)
        return self.head(x.mean((2, 3)) if x.sum() > 0 else -x.mean((2, 3)))
def build(choices, classes, resolution):
    return Network(choices["width"], classes)
`;

  it('is built by the file of the user beside model.py', { timeout: scaled(60_000) }, async () => {
    const folder = temporaryFolder();
    const yaml = 'build: builder.py:build\nstages: [stages.0, stages.1, stages.2]\nslots: {width: [4, 6]}\n';
    writeFileSync(join(folder, 'builder.py'), builder);
    writeFileSync(join(folder, 'space.yaml'), yaml);
    const to = join(folder, 'model');
    const overrides = ['SPACE.NAME', join(folder, 'space.yaml'), 'LOADER.DATASET', 'digits'];
    const { files } = await exportNetwork({ network: 'width=6', to, overrides, formats: [] });
    expect(files).toEqual(['model.py', 'builder.py', 'genotype.json', 'README.md']);
    const run = 'import sys; sys.path.insert(0, sys.argv[1]); import model, torch; n = model.Network().eval();';
    const shapes = 'f, l = n.features_and_logits(torch.zeros(2, 3, 8, 8)); print(len(f), *l.shape, model.CHOICES)';
    const python = await findPython(undefined);
    const printed = execFileSync(python, ['-I', '-c', `${run} ${shapes}`, to], { encoding: 'utf8' });
    expect(printed).toBe("3 2 10 {'width': 6}\n");
  });
});

describe('the answer of a search', () => {
  it('is exported with given weights, and without', { timeout: scaled(60_000) }, async () => {
    const run = join(FIXTURES, 'search-complete');
    const parent = temporaryFolder();
    const result = await exportNetwork({ network: run, to: join(parent, 'a'), formats: [], overrides: SMALL });
    expect(result).toMatchObject({ weights: null, accuracy: null, dataset: 'digits' });
    expect(result.notes.join()).toContain('The weights are fresh');
    expect(readFileSync(join(parent, 'a/README.md'), 'utf8')).toMatch(/\| loss in the search \| \d/);
    const [weights = ''] = trained.files.checkpoints;
    const wrong = exportNetwork({ network: run, to: join(parent, 'b'), weights, formats: [] });
    await expect(wrong).rejects.toMatchObject({ code: 'unsuitable-weights', exitCode: 2 });
    expect(readdirSync(parent)).toEqual(['a']);
  });
});

describe('an export that cannot be', () => {
  it.each<[string, string, () => Parameters<typeof exportNetwork>[0]]>([
    ['folder-not-empty', 'a folder with files', () => ({ network: NB201, to: FIXTURES })],
    ['folder-not-empty', 'a file as folder', () => ({ network: NB201, to: join(ROOT, 'package.json') })],
    ['no-answer', 'a search without an answer', () => ({ network: join(FIXTURES, 'search-interrupted'), to: fresh() })],
    ['no-answer', 'a retraining without a training', () => ({ network: untrained(), to: fresh() })],
    ['unknown-seed', 'a seed that was not trained', () => ({ network: trained.files.folder, to: fresh(), seed: 9 })],
    ['seed-without-retraining', 'a seed of a genotype', () => ({ network: NB201, to: fresh(), seed: 1 })],
    ['nothing-to-export', 'a folder without a job', () => ({ network: temporaryFolder(), to: fresh() })],
    ['nothing-to-export', 'a ranking', () => ({ network: join(FIXTURES, 'rank-complete'), to: fresh() })],
    [
      'run-with-configuration',
      'other weights',
      () => ({ network: trained.files.folder, to: fresh(), weights: 'w.pt' }),
    ],
    [
      'run-with-configuration',
      'a configuration',
      () => ({ network: trained.files.folder, to: fresh(), cfg: 'quickstart' }),
    ],
    ['invalid-genotype', 'a text that is no genotype', () => ({ network: '|conv~0|', to: fresh() })],
    ['unwritable-folder', 'a place below a file', () => ({ network: NB201, to: join(ROOT, 'package.json', 'a', 'b') })],
  ])('ends with %s for %s', async (code, _, options) => {
    const { to } = options();
    await expect(exportNetwork({ ...options(), to })).rejects.toMatchObject({ code, exitCode: 2 });
    expect(existsSync(join(to, 'model.py'))).toBe(false);
  });

  it('is one of a folder that does not exist', async () => {
    const missing = exportNetwork({ network: 'exp/no-such-run', to: fresh() });
    await expect(missing).rejects.toMatchObject({ code: 'missing-run', exitCode: 3 });
  });

  const fresh = () => join(temporaryFolder(), 'model');

  /** The retraining as it was before its first training ended. */
  function untrained(): string {
    const folder = temporaryFolder();
    cpSync(trained.files.folder, folder, { recursive: true });
    const journal = join(folder, 'journal.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, `${lines.slice(0, 2).join('\n')}\n`);
    return folder;
  }
});

describe('rminas export', () => {
  it('exports everything else when ONNX is not installed', { timeout: scaled(60_000) }, async () => {
    const packages = temporaryFolder();
    mkdirSync(join(packages, 'onnx'));
    writeFileSync(join(packages, 'onnx/__init__.py'), 'raise ImportError("not installed")');
    const to = join(temporaryFolder(), 'model');
    const args = ['export', trained.files.folder, '--to', to, '--trained-seed', '3', '--formats', 'onnx'];
    const { code, stdout, stderr } = await runInProcess(args, { env: { PYTHONPATH: packages } });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/Install what is missing: \S+ -m pip install -c \S+constraints\.txt .*\bonnx\b/);
    expect(stderr).toContain(`All other files are in ${to}`);
    expect(readdirSync(to).sort()).toEqual(['README.md', 'genotype.json', 'model.py', 'weights.safetensors']);
  });

  it('prints one document, and refuses unknown formats', { timeout: scaled(60_000) }, async () => {
    const to = join(temporaryFolder(), 'model');
    const args = ['export', NB201, '--to', to, '--json', ...SMALL];
    const [wrong, right] = await Promise.all([
      runInProcess([...args, '--formats', 'tflite']),
      runInProcess([...args, '--formats', 'none']),
    ]);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout).error).toMatchObject({ code: 'unknown-format' });
    expect(right.code).toBe(0);
    expect(JSON.parse(right.stdout)).toMatchObject({ folder: to, network: { channels: 2, cells: 1 } });
  });
});
