/** The columns that a forest sees of a slot: a row of numbers for each category, all rows of the same length. */
export type SlotFeatures = readonly (readonly number[])[];

/** A column for each category. */
export function oneHot(categories: number): SlotFeatures {
  return Array.from({ length: categories }, (_, one) =>
    Array.from({ length: categories }, (_, column) => Number(column === one)),
  );
}

/** A single column with a number for each category. */
export function magnitudes(numbers: readonly number[]): SlotFeatures {
  return numbers.map((number) => [number]);
}
