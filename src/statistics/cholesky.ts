/**
 * Solves A·x = b for a symmetric positive definite matrix, by its Cholesky factor (Golub and Van Loan, algorithm 4.2.1).
 * @param matrix size × size numbers, row by row; the lower triangle is read, and overwritten by the factor
 * @param right b; overwritten by x
 */
export function solveInPlace(matrix: Float64Array, right: Float64Array): void {
  factorise(matrix, right.length);
  substitute(matrix, right);
}

function factorise(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k += 1) {
        sum -= (matrix[row * size + k] as number) * (matrix[column * size + k] as number);
      }
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / (matrix[column * size + column] as number);
    }
  }
}

function substitute(factor: Float64Array, right: Float64Array): void {
  const size = right.length;
  for (let row = 0; row < size; row += 1) {
    let sum = right[row] as number;
    for (let k = 0; k < row; k += 1) sum -= (factor[row * size + k] as number) * (right[k] as number);
    right[row] = sum / (factor[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = right[row] as number;
    for (let k = row + 1; k < size; k += 1) sum -= (factor[k * size + row] as number) * (right[k] as number);
    right[row] = sum / (factor[row * size + row] as number);
  }
}
