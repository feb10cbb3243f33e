/** The model card: README.md beside an exported network. */

import { join } from 'node:path';
import { repr } from '../../config/yacs/value.js';
import { shellWord } from '../../installation/paths.js';
import { VERSION } from '../../version.js';
import type { ExportResult } from './result.js';
import type { ExportSubject } from './subject.js';

const ABOUT: Readonly<Record<string, string>> = {
  'model.py': 'the network as plain PyTorch; imports only torch',
  'weights.safetensors': 'the trained weights; `load_network()` of model.py reads them',
  'model.onnx': 'the network for ONNX: input `images`, output `logits`, any number of images',
  'model.pt2': 'the network for `torch.export.load`, any number of images',
  'genotype.json': 'the architecture, in the notations of other programs too',
  'README.md': 'this page',
};

/** The text of README.md. */
export function modelCard(subject: ExportSubject, result: ExportResult): string {
  const { space, dataset, genotype, network, files } = result;
  const trained = files.includes('weights.safetensors');
  return [
    `# A network of ${space} for ${dataset}`,
    ...introduction(subject, result),
    '## Use',
    ...usage(trained, files),
    '## Facts',
    table([['fact', 'value'], ...factsOf(subject, result)]),
    '## Architecture',
    fenced('text', genotype),
    `${network.channels} channels, ${network.cells} cells, ${network.classes} classes, ` +
      `images of ${network.resolution} × ${network.resolution} pixels. A space with fixed sizes does not use all of these.`,
    '## How to reproduce',
    fenced('bash', commands(subject).join('\n')),
    '## Files',
    table([['file', 'content'], ...files.map((name) => [`\`${name}\``, ABOUT[name] ?? ''])]),
    ...(result.notes.length > 0 ? ['## Notes', result.notes.map((note) => `- ${note}`).join('\n')] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

function introduction({ search, plan }: ExportSubject, { weights }: ExportResult): string[] {
  const found = search === null ? 'Written' : `Found by the strategy ${search.strategy} and written`;
  const weightsText = weights === null ? 'It is not trained.' : `Trained on ${plan.retraining.dataset}.`;
  return [`${found} by rminas ${VERSION}. ${weightsText}`];
}

function usage(trained: boolean, files: readonly string[]): string[] {
  const python = trained
    ? ['from model import load_network, normalise', '', 'network = load_network()']
    : ['from model import Network, normalise', '', 'network = Network()  # fresh weights'];
  const onnx = [
    'import onnxruntime',
    '',
    'session = onnxruntime.InferenceSession("model.onnx")',
    '(logits,) = session.run(["logits"], {"images": normalised})  # float32, batch × 3 × height × width',
  ];
  return [
    fenced('python', [...python, 'logits = network(normalise(images))  # images: values from 0 to 1'].join('\n')),
    ...(files.includes('model.onnx') ? [fenced('python', onnx.join('\n'))] : []),
  ];
}

function factsOf(
  subject: ExportSubject,
  { parameters, flops, latency, accuracy, differences, dataset }: ExportResult,
): string[][] {
  const { search, plan } = subject;
  const greatest = Math.max(...Object.values(differences));
  return [
    ['data', dataset],
    ...(search === null ? [] : factsOfSearch(search)),
    ['recipe', plan.recipe],
    ...(accuracy === null ? [] : [['test accuracy', `${accuracy.toFixed(2)} %, seed ${subject.seed}`]]),
    ['parameters', parameters.toLocaleString('en')],
    ['FLOPs', `${flops.toFixed(2)} million multiply-adds for one image`],
    ['latency', `${latency.toPrecision(3)} ms for one image, on the CPU of the machine that exported it`],
    ['greatest difference of the logits', `${greatest.toPrecision(2)} between the files and the trained network`],
  ];
}

function factsOfSearch({
  specification,
  score,
  verification,
  benchmark,
}: NonNullable<ExportSubject['search']>): string[][] {
  const verified = verification?.found;
  const figures = benchmark.answer === null ? [] : [['benchmark', benchmark.note]];
  return [
    ...(specification === null ? [] : [['teacher', specification.teacher.architecture]]),
    ...(score.loss === null ? [] : [['loss in the search', score.loss.toFixed(4)]]),
    ...(verified === undefined
      ? []
      : [
          ['accuracy in the verification', `${(100 * verified.accuracy).toFixed(2)} % after ${verified.epochs} epochs`],
        ]),
    ...figures,
  ];
}

/** The commands that repeat the work. */
function commands({ run, search, seed, plan, weights }: ExportSubject): string[] {
  const { genotype, space } = plan.retraining;
  if (run === null) {
    const given = [...plan.settings].filter(([key, { source }]) => source === 'override' && !NAMED.includes(key));
    const pairs = given.flatMap(([key, { value }]) => [key, shellWord(repr(value))]);
    return [['rminas retrain', '--space', space, '--genotype', shellWord(genotype), ...pairs].join(' ')];
  }
  const config = shellWord(join(run, 'config.yaml'));
  if (search !== null && weights === null) {
    return [`rminas search --cfg ${config}`, `rminas retrain --cfg ${config} --genotype ${shellWord(genotype)}`];
  }
  return [`rminas retrain --cfg ${config} --seeds ${seed}`];
}

/** Keys that the command has as flags. */
const NAMED: readonly string[] = ['SPACE.NAME', 'TRAIN.GENOTYPE'];

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function table([head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
