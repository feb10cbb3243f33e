/** Compares versions of Python packages: the part of PEP 440 that package metadata uses. */

interface Version {
  readonly release: readonly number[];
  /** Negative for a pre-release, 0 for a release, 1 for a post-release. */
  readonly stage: number;
}

const STAGES: Readonly<Record<string, number>> = { dev: -4, a: -3, b: -2, rc: -1, post: 1 };
const VERSION = /^v?(\d+(?:\.\d+)*)(?:[.\-_]?(dev|a|b|rc|post)[.\-_]?\d*)?.*$/;
const CLAUSE = /^(>=|<=|==|!=|>|<)\s*(\S+)$/;

/**
 * Whether a version lies in a range such as `>=2.2,<3`. An empty range includes every version. The local part of a version
 * (`+cpu`) is ignored. Text that is not a version lies in no range.
 * @throws Error when the range cannot be parsed.
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  const clauses = range.split(',').map((clause) => clause.trim());
  return parsed !== null && clauses.every((clause) => clause === '' || holds(parsed, clause));
}

function holds(version: Version, clause: string): boolean {
  const [, operator, text = ''] = CLAUSE.exec(clause) ?? [];
  const bound = parseVersion(text);
  if (operator === undefined || bound === null) throw new Error(`cannot parse the version range ${clause}`);
  const order = compare(version, bound);
  if (order === 0) return operator === '>=' || operator === '<=' || operator === '==';
  return operator === '!=' || operator.startsWith(order > 0 ? '>' : '<');
}

function parseVersion(text: string): Version | null {
  const [, release, stage] = VERSION.exec(text) ?? [];
  if (release === undefined) return null;
  return { release: release.split('.').map(Number), stage: stage === undefined ? 0 : (STAGES[stage] ?? 0) };
}

/** Negative, zero or positive as the first version is older than, equal to or newer than the second. */
function compare(a: Version, b: Version): number {
  for (let part = 0; part < Math.max(a.release.length, b.release.length); part++) {
    const difference = (a.release[part] ?? 0) - (b.release[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.stage - b.stage;
}
