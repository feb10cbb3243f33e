/**
 * Packs the graphs of many architectures. Most share their shape and their operations, so that each takes some numbers.
 * The page's script unpacks them, so this module imports types only.
 */
import type { ArchitectureGraph, DrawnOperation } from '../../definitions/graph.js';

/** The number of a shape, and those of its operations in the order of the shape. */
export type PackedPicture = number[];

export interface PicturePool {
  readonly operations: readonly DrawnOperation[];
  /** Graphs as JSON, with 0 in the place of each operation. */
  readonly shapes: readonly string[];
}

export class PicturePacker {
  readonly #operations = new Map<string, number>();
  readonly #shapes = new Map<string, number>();

  pack(graphs: readonly ArchitectureGraph[]): PackedPicture {
    const operations: number[] = [];
    const take = (operation: unknown) => {
      operations.push(numberOf(JSON.stringify(operation), this.#operations));
      return 0;
    };
    const shape = JSON.stringify(graphs, (key, value) => {
      if (key === 'operation' && value !== null) return take(value);
      return key === 'blocks' ? (value as unknown[]).map(take) : value;
    });
    return [numberOf(shape, this.#shapes), ...operations];
  }

  get pool(): { operations: DrawnOperation[]; shapes: string[] } {
    const operations = [...this.#operations.keys()].map((text) => JSON.parse(text) as DrawnOperation);
    return { operations, shapes: [...this.#shapes.keys()] };
  }
}

function numberOf(text: string, known: Map<string, number>): number {
  const found = known.get(text) ?? known.size;
  known.set(text, found);
  return found;
}

/** The inverse of {@link PicturePacker.pack}. */
export function unpackPicture([shape = 0, ...operations]: PackedPicture, pool: PicturePool): ArchitectureGraph[] {
  let next = 0;
  const isPlace = (key: string, value: unknown, holder: unknown) =>
    value === 0 && (key === 'operation' || (Array.isArray(holder) && /^\d+$/.test(key)));
  return JSON.parse(pool.shapes[shape] ?? '[]', function (this: unknown, key, value) {
    return isPlace(key, value, this) ? pool.operations[operations[next++] ?? 0] : value;
  }) as ArchitectureGraph[];
}
