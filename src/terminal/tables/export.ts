import pc from 'picocolors';
import type { ExportResult } from '../../export/network/result.js';
import { type LabelledValue, listOf } from './layout.js';

/** The summary of an export. */
export function describeExport(result: ExportResult): string {
  const { space, dataset, genotype, network, folder, files, weights, accuracy, differences, parameters, flops } =
    result;
  const known = accuracy === null ? '' : `, test accuracy ${accuracy.toFixed(2)} %`;
  const size = `${network.channels} channels, ${network.cells} cells, ${network.resolution} × ${network.resolution} pixels`;
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(genotype)],
    ['network', `${space} for ${dataset}: ${size}`],
    ['cost', `${(parameters / 1e6).toFixed(3)} M parameters, ${flops.toFixed(2)} M FLOPs`],
    ['weights', weights === null ? 'fresh' : `${weights}${known}`],
    ['checked', `logits differ by at most ${Math.max(...Object.values(differences)).toPrecision(2)}`],
    ['files', `${files.join(', ')} in ${pc.bold(folder)}`],
    ...result.notes.map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}
