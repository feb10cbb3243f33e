/** Collects the command lines that users copy: from the help of each command, the README and the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { ROOT } from '../support/run-cli.js';

/** A printed command line and the places that print it. */
export interface CommandLine {
  readonly text: string;
  readonly words: readonly string[];
  readonly places: readonly string[];
}

/** All command lines, each once: `rminas` and `npx rminas` start the same program. */
export async function printedCommandLines(): Promise<CommandLine[]> {
  const places = new Map<string, string[]>();
  const add = (line: string, place: string) => {
    const text = line.replace(/^npx rminas /, 'rminas ');
    places.set(text, [...(places.get(text) ?? []), place]);
  };
  for (const { id, examples } of await commandHelp()) {
    for (const example of examples) add(example, `rminas ${id} --help`);
  }
  for (const file of markdownFiles()) {
    for (const line of shellLines(readFileSync(join(ROOT, file), 'utf8'))) add(line, file);
  }
  return [...places].map(([text, where]) => ({ text, words: splitWords(text), places: where }));
}

/** The commands of rminas, without those of oclif's plugins. */
export async function commandHelp(): Promise<{ id: string; summary: string; examples: readonly string[] }[]> {
  const config = await Config.load(ROOT);
  const own = config.commands.filter(({ pluginName }) => pluginName === 'rminas');
  return own.map(({ id, summary = '', examples = [] }) => ({
    id: id.replaceAll(':', ' '),
    summary,
    examples: examples.map((example) => String(example).replaceAll('<%= config.bin %>', config.bin)),
  }));
}

function markdownFiles(): string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', ...docs.map((file) => `docs/${file}`)];
}

/** The fenced blocks of a language in a Markdown text. */
export function blocksOf(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
  return [...blocks].map(([, block = '']) => block);
}

/** The commands of rminas in the fenced `bash` blocks of a Markdown text: scripts for machines that no test has. */
export function scriptLines(markdown: string): string[] {
  return blocksOf(markdown, 'bash').flatMap((script) =>
    [...script.matchAll(/(?:^|[;&-] |\bnohup )\s*(rminas [^\n]*?)(?: >.*| &)?$/gm)].map(([, line = '']) => line),
  );
}

/** The commands in the fenced `sh` blocks of a Markdown text, without comments, with continued lines joined. */
export function shellLines(markdown: string): string[] {
  return blocksOf(markdown, 'sh')
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Splits a line as a POSIX shell does, and drops a redirection of stdout. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.replace(/\s>\s\S+$/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return words;
}
