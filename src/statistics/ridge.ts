import { solveInPlace } from './cholesky.js';

/** A row of a design matrix of zeros and ones: the columns with a one, each once. */
export type BinaryRow = ArrayLike<number>;

export interface RidgeFit {
  /** The constant term, which is not penalised. */
  readonly intercept: number;
  /** One for each column; 0 for a column without a one. */
  readonly coefficients: Float64Array;
}

/**
 * Weighted ridge regression on columns of zeros and ones (Hoerl and Kennard, 1970). It minimises
 * Σ weight · (target − intercept − Σ coefficients of the row)² + penalty · Σ coefficient². With few columns it solves
 * the primal equations, with few rows the dual ones; both give the same solution but for rounding.
 *
 * The sums run in the order of the rows. Callers that need the same bits for every order sort the rows first.
 */
export class RidgeDesign {
  readonly #rows: readonly BinaryRow[];
  readonly #columns: number;
  /** The columns with a one in a row, and the place of each of them among these. */
  readonly #used: readonly number[];
  readonly #places: Int32Array;
  #gram: Float64Array | undefined;

  /** @param columns of the design matrix */
  constructor(rows: readonly BinaryRow[], columns: number) {
    this.#rows = rows;
    this.#columns = columns;
    this.#places = new Int32Array(columns).fill(-1);
    for (const row of rows) for (let k = 0; k < row.length; k += 1) this.#places[row[k] as number] = 0;
    this.#used = Array.from(this.#places.keys()).filter((column) => this.#places[column] === 0);
    for (const [place, column] of this.#used.entries()) this.#places[column] = place;
  }

  /**
   * @param targets one for each row, finite
   * @param weights one for each row, at least 0; at least one above 0
   * @param penalty above 0
   */
  fit(targets: ArrayLike<number>, weights: ArrayLike<number>, penalty: number): RidgeFit {
    const rows = Array.from(this.#rows.keys()).filter((row) => (weights[row] as number) > 0);
    let [total, sum] = [0, 0];
    for (const row of rows) {
      total += weights[row] as number;
      sum += (weights[row] as number) * (targets[row] as number);
    }
    const problem = { rows, total, mean: sum / total, targets, weights, penalty };
    const found = this.#used.length <= rows.length ? this.#solvePrimal(problem) : this.#solveDual(problem);
    return this.#expand(found, problem);
  }

  /** The coefficients of the used columns, by (Xᵀ W X + penalty) β = Xᵀ W y with centred columns and targets. */
  #solvePrimal({ rows, total, mean, targets, weights, penalty }: Problem): Float64Array {
    const size = this.#used.length;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    const sums = this.#columnSums(rows, weights);
    for (const index of rows) {
      const row = this.#rows[index] as BinaryRow;
      const weight = weights[index] as number;
      const residual = weight * ((targets[index] as number) - mean);
      for (let i = 0; i < row.length; i += 1) {
        const one = this.#places[row[i] as number] as number;
        right[one] = (right[one] as number) + residual;
        for (let j = 0; j < row.length; j += 1) {
          const other = this.#places[row[j] as number] as number;
          // The matrix is symmetric, and only its lower half is read.
          if (other > one) continue;
          const at = one * size + other;
          matrix[at] = (matrix[at] as number) + weight;
        }
      }
    }
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const at = i * size + j;
        matrix[at] = (matrix[at] as number) - ((sums[i] as number) * (sums[j] as number)) / total;
      }
      matrix[i * size + i] = (matrix[i * size + i] as number) + penalty;
    }
    solveInPlace(matrix, right);
    return right;
  }

  /** The same by the dual equations: β = Zᵀ (Z Zᵀ + penalty)⁻¹ t, where Z has centred rows times √weight. */
  #solveDual({ rows, total, mean, targets, weights, penalty }: Problem): Float64Array {
    const size = rows.length;
    const count = this.#rows.length;
    this.#gram ??= gramOf(this.#rows);
    const gram = this.#gram;
    const roots = rows.map((row) => Math.sqrt(weights[row] as number));
    const means = rows.map((row) => {
      let sum = 0;
      for (const other of rows) sum += (weights[other] as number) * (gram[row * count + other] as number);
      return sum / total;
    });
    const middle = rows.reduce((sum, row, i) => sum + (weights[row] as number) * (means[i] as number), 0) / total;
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const shared = gram[(rows[i] as number) * count + (rows[j] as number)] as number;
        const centred = shared - (means[i] as number) - (means[j] as number) + middle;
        matrix[i * size + j] = (roots[i] as number) * (roots[j] as number) * centred + Number(i === j) * penalty;
      }
    }
    const right = Float64Array.from(rows, (row, i) => (roots[i] as number) * ((targets[row] as number) - mean));
    solveInPlace(matrix, right);
    const scaled = right.map((value, i) => value * (roots[i] as number));
    const sum = scaled.reduce((all, value) => all + value, 0);
    const sums = this.#columnSums(rows, weights);
    const coefficients = sums.map((value) => (0 - value / total) * sum);
    for (const [i, index] of rows.entries()) {
      const row = this.#rows[index] as BinaryRow;
      for (let k = 0; k < row.length; k += 1) {
        const place = this.#places[row[k] as number] as number;
        coefficients[place] = (coefficients[place] as number) + (scaled[i] as number);
      }
    }
    return coefficients;
  }

  /** The sum of the weights of the rows with a one, for each used column. */
  #columnSums(rows: readonly number[], weights: ArrayLike<number>): Float64Array {
    const sums = new Float64Array(this.#used.length);
    for (const index of rows) {
      const row = this.#rows[index] as BinaryRow;
      for (let k = 0; k < row.length; k += 1) {
        const place = this.#places[row[k] as number] as number;
        sums[place] = (sums[place] as number) + (weights[index] as number);
      }
    }
    return sums;
  }

  #expand(found: Float64Array, { rows, total, mean, weights }: Problem): RidgeFit {
    const coefficients = new Float64Array(this.#columns);
    const sums = this.#columnSums(rows, weights);
    let intercept = mean;
    for (const [place, column] of this.#used.entries()) {
      // Without a row in this fit, rounding alone keeps a coefficient from 0.
      if (sums[place] === 0) continue;
      coefficients[column] = found[place] as number;
      intercept -= ((sums[place] as number) / total) * (found[place] as number);
    }
    return { intercept, coefficients };
  }
}

interface Problem {
  /** Positions of the rows with a weight above 0. */
  readonly rows: readonly number[];
  /** Sum of the weights. */
  readonly total: number;
  /** Weighted mean of the targets. */
  readonly mean: number;
  readonly targets: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  readonly penalty: number;
}

/** The number of columns that two rows share, for all pairs of rows, row by row. */
function gramOf(rows: readonly BinaryRow[]): Float64Array {
  const count = rows.length;
  const gram = new Float64Array(count * count);
  const sets = rows.map((row) => new Set(Array.from(row)));
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j <= i; j += 1) {
      const set = sets[j] as Set<number>;
      let shared = 0;
      for (let k = 0; k < row.length; k += 1) if (set.has(row[k] as number)) shared += 1;
      gram[i * count + j] = shared;
      gram[j * count + i] = shared;
    }
  }
  return gram;
}
