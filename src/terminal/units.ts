export { counted, formatBytes, formatSeconds, grouped } from '../system/units.js';
