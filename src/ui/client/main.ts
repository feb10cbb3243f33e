/** The script of the live pages: the list of runs, and reports that follow their runs. */
import { make } from '../../report/client/dom.js';
import { ReportView } from '../../report/client/report-view.js';
import type { Report } from '../../report/data/schema.js';
import { type ListedSummary, ListView } from './list-view.js';

type PageData = { page: 'list'; folder: string } | { page: 'run'; ids: string[] };

function eventsOf(query: string, status: HTMLElement): EventSource {
  const events = new EventSource(`/events${query}`);
  events.addEventListener('open', () => {
    status.textContent = 'live';
    status.className = 'state running';
  });
  events.addEventListener('error', () => {
    status.textContent = 'not connected';
    status.className = 'state interrupted';
  });
  return events;
}

function showList(root: HTMLElement, folder: string): void {
  const status = make('span', { class: 'state', role: 'status' }, ['connecting']);
  const list = new ListView(folder, status);
  root.replaceChildren(list.element);
  document.title = 'Runs — rminas';
  eventsOf('', status).addEventListener('runs', ({ data }) => list.update(JSON.parse(data) as ListedSummary[]));
}

function showRuns(root: HTMLElement, ids: readonly string[]): void {
  const status = make('span', { class: 'state', role: 'status' }, ['connecting']);
  const problems = make('div', { role: 'status' });
  const place = make('div', {}, [make('p', { class: 'page' }, ['Reading the journal …'])]);
  const back = make('p', { class: 'page live' }, [make('a', { href: '/' }, ['All runs']), ' ', status]);
  root.replaceChildren(back, problems, place);
  let view: ReportView | undefined;
  const query = `?${ids.map((id) => `run=${encodeURIComponent(id)}`).join('&')}`;
  eventsOf(query, status).addEventListener('report', ({ data }) => {
    const news = JSON.parse(data) as { report: Report | null; problems: string[] };
    problems.replaceChildren(...news.problems.map((text) => make('p', { class: 'page failure' }, [text])));
    if (news.report === null) return;
    document.title = `${news.report.title} — rminas`;
    if (view) view.update(news.report);
    else view = new ReportView(place, news.report);
  });
}

const [root, data] = ['report', 'data'].map((id) => document.getElementById(id));
if (root && data) {
  const page = JSON.parse(data.textContent ?? '') as PageData;
  if (page.page === 'list') showList(root, page.folder);
  else showRuns(root, page.ids);
}
