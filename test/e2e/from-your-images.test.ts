/** The commands of docs/from-your-images.md, from a folder of images to a network that works without rminas. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pipelineResultSchema, readRun } from '../../src/index.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { shellLines, splitWords } from '../documentation/command-lines.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';

/** Both forms of the network on the held-out images, by a program that has nothing of rminas. */
const MEASURE = `
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import model, numpy, onnxruntime, torch
from PIL import Image
files = sorted(Path(sys.argv[2]).glob("*/*.png"))
labels = torch.tensor([model.CLASS_NAMES.index(file.parent.name) for file in files])
pixels = numpy.stack([numpy.asarray(Image.open(file).convert("RGB")) for file in files])
images = model.normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)
with torch.no_grad():
    logits = model.load_network()(images)
session = onnxruntime.InferenceSession(str(Path(sys.argv[1], "model.onnx")))
(onnx,) = session.run(["logits"], {"images": images.numpy()})
onnx = torch.from_numpy(onnx)
assert not any(name.startswith("rminas") for name in sys.modules)
accuracy = lambda found: 100 * float((found.argmax(1) == labels).double().mean())
print(json.dumps([accuracy(logits), accuracy(onnx), float((logits - onnx).abs().max())]))
`;

it.skipIf(process.platform === 'win32')(
  'a folder of images becomes a network without rminas',
  { timeout: scaled(300_000) },
  async () => {
    const page = readFileSync(join(ROOT, 'docs/from-your-images.md'), 'utf8');
    const [, script = ''] = /```python\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/your-data.md'), 'utf8')) ?? [];
    const cwd = temporaryFolder();
    const python = await findPython(undefined);
    writeFileSync(join(cwd, 'write_digits.py'), script);
    execFileSync(python, ['write_digits.py'], { cwd });
    symlinkSync(join(ROOT, 'examples'), join(cwd, 'examples'));
    const only = (folder: string) => join(folder, readdirSync(join(cwd, folder))[0] ?? '');

    const outputs: string[] = [];
    for (const line of shellLines(page).filter((text) => text.startsWith('rminas'))) {
      // As a shell would do it.
      const args = splitWords(line).map((word) => (word === 'teacher/*' ? only('teacher') : word));
      const done = await runCli([...args.slice(1), '--json'], { cwd });
      expect({ ...done, stderr: '' }).toMatchObject({ code: 0 });
      outputs.push(done.stdout);
    }
    const sizes = readRun(join(cwd, only('sizes'))).evaluations.flatMap(({ outcome }) =>
      'failure' in outcome ? [] : [Number(outcome.parts?.params)],
    );
    const median = sizes.sort((one, other) => one - other)[10] ?? 0;
    const { search, retraining, export: exported } = pipelineResultSchema.parse(JSON.parse(outputs[2] ?? ''));
    expect(page).toContain(`Their median is ${median.toLocaleString('en')}.`);
    expect(search.limits?.most.params).toBe(Math.floor(median / 2000) * 1000);
    expect(retraining?.parameters).toBeLessThanOrEqual(median / 2);
    expect(exported?.parameters).toBe(retraining?.parameters);

    const args = ['-I', '-c', MEASURE, exported?.folder ?? '', join(cwd, 'digits/val')];
    const [accuracy, onnx, difference] = JSON.parse(execFileSync(python, args, { encoding: 'utf8' }));
    const reported = retraining?.seeds[0]?.accuracy ?? 0;
    expect(reported).toBeGreaterThan(20);
    expect(accuracy).toBeCloseTo(reported, 6);
    expect(onnx).toBeCloseTo(reported, 6);
    expect(difference).toBeLessThan(1e-3);
  },
);
