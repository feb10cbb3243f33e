import { UsageError } from '../errors.js';

/** `a,b` as names; undefined where the option was not given. */
export function parseNames(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @throws UsageError for what is not `NAME=FILE`. */
export function parseNamedFile(text: string): { name: string; cfg: string } {
  const [, name, cfg] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && cfg !== undefined) return { name, cfg };
  throw new UsageError(`'${text}' is no NAME=FILE.`, {
    code: 'invalid-row',
    nextSteps: ['Name the row and its configuration: --also paper=configs/nas-bench-201-cifar10.yaml'],
  });
}

/** @throws UsageError for what is no number above 0. */
export function parseAmount(flag: string, text: string): number {
  const amount = Number(text);
  if (text.trim() !== '' && Number.isFinite(amount) && amount > 0) return amount;
  throw new UsageError(`${flag} is '${text}', and must be a number above 0.`, { code: 'invalid-amount' });
}
