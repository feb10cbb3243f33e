/** The networks that are timed, by the space and size of a case. */
export const CASES = {
  'C = 8': { space: 'nas-bench-201', channels: 8, cells: 5, batch: 16 },
  'C = 16': { space: 'nas-bench-201', channels: 16, cells: 5, batch: 32 },
  darts: { space: 'darts', channels: 16, cells: 8, batch: 32 },
  macro: { space: 'nas-bench-macro', channels: 32, cells: 8, batch: 32 },
};

/** The arguments of a program that builds the networks of a case. */
export function argumentsOf(options) {
  return Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
}
