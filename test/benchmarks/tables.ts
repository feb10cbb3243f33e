/** Small tables in the formats of the real ones. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';

/** The first three architectures of NAS-Bench-201. */
export const CELLS = [
  '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|',
  '|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|',
] as const;

const ORDER = new URL('../../python/rminas_sidecar/benchmarks/importers/nas_bench_201_order.bin', import.meta.url);
/** Numbers of the architectures of NAS-Bench-201, by their operations as digits in base 5. */
const numbers = new Map<number, number>();

/** The number of an architecture in NAS-Bench-201. */
export function numberInBenchmark(genotype: string): number {
  if (numbers.size === 0) {
    const codes = readFileSync(ORDER);
    for (let number = 0; number < nasBench201.size; number += 1) numbers.set(codes.readUInt16LE(2 * number), number);
  }
  const code = nasBench201.parse(genotype).reduce((digits, operation) => 5 * digits + operation, 0);
  return numbers.get(code) ?? Number.NaN;
}

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
  const lines = Array.from({ length: nasBench201.size }, (_, position) => {
    const encoding = nasBench201.slots.map((_slot, slot) => Math.floor(position / 5 ** slot) % 5);
    const accuracies = [10, 1, 0.5].map((least) =>
      encoding.reduce((sum, operation, slot) => sum + (operation === 3 ? 10 + slot : operation + slot / 10), least),
    );
    const genotype = nasBench201.print(encoding);
    return [numberInBenchmark(genotype), genotype, ...accuracies.map((accuracy) => accuracy.toFixed(4))].join(',');
  });
  return write(path, `${['index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test', ...lines].join('\n')}\n`);
}
