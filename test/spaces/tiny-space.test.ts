import { describeSpace } from './conformance.js';
import { createTinySpace } from './tiny-space.js';

// The tests of the search use it, so it must follow the rules of spaces.
describeSpace(createTinySpace(3, 4));
