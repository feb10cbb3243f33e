/** The rest of an observation, where only its loss matters. */
export const NO_CURVE = { curve: [], parts: {}, stopped: false } as const;
