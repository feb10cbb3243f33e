import { UsageError } from '../../errors.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../protocol/exporting.js';

/**
 * Parses `onnx,pt2`, or `none`.
 * @returns undefined without the flag
 * @throws UsageError `unknown-format`
 */
export function parseFormats(text: string | undefined): ExportFormat[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !EXPORT_FORMATS.includes(name as ExportFormat));
  if (unknown === undefined) return [...new Set(names)] as ExportFormat[];
  throw new UsageError(`--formats expects ${EXPORT_FORMATS.join(', ')} or none, got '${unknown}'.`, {
    code: 'unknown-format',
    nextSteps: ['Write --formats onnx,pt2, or leave it out for all formats.'],
  });
}
