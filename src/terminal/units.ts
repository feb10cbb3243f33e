export { counted, formatBytes, formatSeconds } from '../system/units.js';
