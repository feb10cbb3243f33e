/** The script of a report: draws the document that the page carries. */
import type { Report } from '../data/schema.js';
import { ReportView } from './report-view.js';

const [root, data] = ['report', 'data'].map((id) => document.getElementById(id));
if (root && data) new ReportView(root, JSON.parse(data.textContent ?? '') as Report);
