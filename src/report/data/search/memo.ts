/**
 * Values that each genotype of a journal needs once. The report of a running search is made again and again, and
 * most of its genotypes are those of the report before.
 */
import type { ArchitectureGraph } from '../../../definitions/graph.js';
import type { SearchLine } from '../../../jobs/search/journal.js';
import type { Encoding, Space } from '../../../spaces/space.js';
import { type PackedPicture, PicturePacker } from '../pictures.js';

export interface ParsedGenotype {
  readonly encoding: Encoding;
  /** The canonical genotype. */
  readonly canonical: string;
}

export class GenotypeMemo {
  readonly #parsed = new Map<string, ParsedGenotype>();
  readonly #packed = new Map<string, PackedPicture>();
  readonly #packer = new PicturePacker();
  /** In per cent, by canonical genotype; null where the benchmark has none. */
  readonly accuracies = new Map<string, number | null>();
  /** The name of the accuracies; null where there is none. */
  series: string | null = null;

  /** @throws UsageError when the genotype is not of the space */
  parse(genotype: string, space: Space): ParsedGenotype {
    return remembered(this.#parsed, genotype, () => {
      const encoding = space.parse(genotype);
      return { encoding, canonical: space.print(space.canonical(encoding)) };
    });
  }

  pack(genotype: string, graphsOf: (genotype: string) => readonly ArchitectureGraph[]): PackedPicture {
    return remembered(this.#packed, genotype, () => this.#packer.pack(graphsOf(genotype)));
  }

  /** The parts of all packed pictures. */
  get pool(): PicturePacker['pool'] {
    return this.#packer.pool;
  }
}

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

const memos = new WeakMap<readonly SearchLine[], GenotypeMemo>();

/** The memo of a journal. A journal that is read on keeps it, and it is freed with the lines. */
export function memoOf(lines: readonly SearchLine[]): GenotypeMemo {
  const memo = memos.get(lines) ?? new GenotypeMemo();
  memos.set(lines, memo);
  return memo;
}
