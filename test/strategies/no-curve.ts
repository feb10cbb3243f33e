/** The rest of an observation, where only its loss matters. */
export const NO_CURVE = { curve: [], proxyValues: {}, stopped: false } as const;
