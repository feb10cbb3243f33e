/** What a forest sees of a slot: a row of numbers for each category, all of one length. */
export type SlotFeatures = readonly (readonly number[])[];

/** A column for each category. */
export function oneHot(categories: number): SlotFeatures {
  return Array.from({ length: categories }, (_, one) =>
    Array.from({ length: categories }, (_, column) => Number(column === one)),
  );
}

/** One column with a number for each category, for forests that are given magnitudes. */
export function magnitudes(numbers: readonly number[]): SlotFeatures {
  return numbers.map((number) => [number]);
}
