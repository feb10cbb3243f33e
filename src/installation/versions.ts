/** Versions of Python packages and ranges of them: the part of PEP 440 that package metadata uses. */

interface Version {
  readonly release: readonly number[];
  /** Below 0 for a pre-release, 0 for a release, 1 for a post-release. */
  readonly stage: number;
}

const STAGES: Readonly<Record<string, number>> = { dev: -4, a: -3, b: -2, rc: -1, post: 1 };
const VERSION = /^v?(\d+(?:\.\d+)*)(?:[.\-_]?(dev|a|b|rc|post)[.\-_]?\d*)?.*$/;
const CLAUSE = /^(>=|<=|==|!=|>|<)\s*(\S+)$/;

/**
 * Whether a version lies in a range such as `>=2.2,<3`; an empty range holds all of them. The local part of a version
 * (`+cpu`) does not count, and what is no version at all lies in no range.
 * @throws Error for a range that cannot be read
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  const clauses = range.split(',').map((clause) => clause.trim());
  return parsed !== null && clauses.every((clause) => clause === '' || holds(parsed, clause));
}

function holds(version: Version, clause: string): boolean {
  const [, operator, text = ''] = CLAUSE.exec(clause) ?? [];
  const bound = parseVersion(text);
  if (operator === undefined || bound === null) throw new Error(`${clause} is no version range that is understood`);
  const order = compare(version, bound);
  if (order === 0) return operator === '>=' || operator === '<=' || operator === '==';
  return operator === '!=' || operator.startsWith(order > 0 ? '>' : '<');
}

function parseVersion(text: string): Version | null {
  const [, release, stage] = VERSION.exec(text) ?? [];
  if (release === undefined) return null;
  return { release: release.split('.').map(Number), stage: stage === undefined ? 0 : (STAGES[stage] ?? 0) };
}

/** Below, at or above 0 as the first version is older than, equal to or newer than the second one. */
function compare(a: Version, b: Version): number {
  for (let part = 0; part < Math.max(a.release.length, b.release.length); part++) {
    const difference = (a.release[part] ?? 0) - (b.release[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.stage - b.stage;
}
