export { formatBytes, formatSeconds } from '../system/units.js';
