/** Small tables in the formats of the real ones. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';

export const CELLS = [
  '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
  '|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_3x3~2|',
  '|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|',
] as const;

const NAS_BENCH_201 = `index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test
0,${CELLS[0]},10.0000,1.0000,0.8333
1,${CELLS[1]},93.5000,70.2500,44.0333
2,${CELLS[2]},10.0000,1.5000,0.8333
`;

const NAS_BENCH_MACRO = JSON.stringify({
  '00000000': { test_acc: [88, 89], mean_acc: 88.5, std: 0.5, params: 500_000, flops: 12_000_000 },
  '00000012': { test_acc: [91, 92], mean_acc: 91.5, std: 0.5, params: 1_500_000, flops: 32_000_000 },
});

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'rminas-benchmark-'));
}

/** Writes a table into a new folder, and returns its path. */
function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

export const writeNasBench201 = (path: string) => write(path, NAS_BENCH_201);
export const writeNasBenchMacro = (path: string) => write(path, NAS_BENCH_MACRO);
export const writeBrokenTable = (path: string) => write(path, NAS_BENCH_201.replace('93.5000', 'nan'));

/** A table of the whole space. More 3 × 3 convolutions are better; their edges break ties. */
export function writeWholeNasBench201(path: string): string {
  const lines = Array.from({ length: nasBench201.size }, (_, number) => {
    const encoding = nasBench201.slots.map((_slot, slot) => Math.floor(number / 5 ** slot) % 5);
    const accuracies = [10, 1, 0.5].map((least) =>
      encoding.reduce((sum, operation, slot) => sum + (operation === 3 ? 10 + slot : operation + slot / 10), least),
    );
    return [number, nasBench201.print(encoding), ...accuracies.map((accuracy) => accuracy.toFixed(4))].join(',');
  });
  return write(path, `${['index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test', ...lines].join('\n')}\n`);
}
