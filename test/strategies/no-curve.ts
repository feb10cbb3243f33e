/** The other fields of an observation, for tests in which only the loss matters. */
export const NO_CURVE = { curve: [], proxyValues: {}, stopped: false } as const;
