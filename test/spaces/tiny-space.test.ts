import { describeSpace } from './conformance.js';
import { createTinySpace } from './tiny-space.js';

// The search's tests stand on it, so it has to be a space.
describeSpace(createTinySpace(3, 4));
