export { element, escapeText } from '../charts/xml.js';
