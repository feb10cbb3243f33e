/** Describes a resolved configuration with the origin of each value, for people and scripts. */
import type { Specification } from '../protocol/specification.js';
import type { Config } from './config.js';
import { planSearch, type SearchPlan } from './planning/search.js';
import { readKeysOf } from './schema/keys.js';
import type { ValueSource } from './yacs/merge.js';
import { repr, toPlain } from './yacs/value.js';

export interface ValueOrigin {
  /** `profile`: RMINAS.PROFILE decides the value, which has no key. */
  readonly source: ValueSource | 'profile';
  /** `line 6 of /home/ada/search.yaml`, `the overrides`, `the data set imagenet`, `the profile paper`. */
  readonly where: string;
}

export interface DescribedKey extends ValueOrigin {
  readonly key: string;
  readonly value: unknown;
  /** The value as Python writes it. */
  readonly literal: string;
  /** False for a key of XNAS that rminas accepts and no job reads. */
  readonly read: boolean;
}

export interface Decision extends ValueOrigin {
  /** In words. */
  readonly name: string;
  readonly value: string | number;
}

export interface ConfigDescription {
  readonly file: string | null;
  readonly dialect: Config['dialect'];
  readonly purpose: Config['purpose'];
  readonly keys: readonly DescribedKey[];
  /** Decisions of the profile; none for a retraining. */
  readonly decisions: readonly Decision[];
  /** The specification of every evaluation; null for a retraining. */
  readonly specification: Specification | null;
  readonly notices: readonly string[];
}

/** @throws UsageError for a configuration that describes no possible search. */
export function describeConfig(config: Config): ConfigDescription {
  const plan = config.purpose === 'search' ? planSearch(config) : null;
  const { file, dialect, purpose, settings, notices } = config;
  const readKeys = readKeysOf(config.catalogue);
  return {
    file,
    dialect,
    purpose,
    keys: [...settings].map(([key, { value, source, where }]) => {
      return { key, value: toPlain(value), literal: repr(value), read: Object.hasOwn(readKeys, key), source, where };
    }),
    decisions: plan === null ? [] : decisionsOf(plan),
    specification: plan === null ? null : plan.specification,
    notices,
  };
}

function decisionsOf({ specification, settings, profile, definitions }: SearchPlan): Decision[] {
  const origin: ValueOrigin = { source: 'profile', where: `the profile ${profile}` };
  const { batch, teacher, steps } = specification;
  const decisions: Decision[] = [
    { name: 'batch', value: batch.selection, ...origin },
    { name: 'losses observed', value: steps, ...origin },
    { name: 'teacher', value: `${teacher.architecture} in ${teacher.mode} mode`, ...origin },
  ];
  return definitions.space.ranksEdges
    ? [...decisions, { name: 'edges ranked by', value: settings.edgeRank, ...origin }]
    : decisions;
}
