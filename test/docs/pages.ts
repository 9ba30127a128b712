import { sourceFiles } from '../tidy/source-files.ts';

/** What people read: every page of the project in Markdown. */
export const pages = sourceFiles(
  '*.md',
  'docs/**/*.md',
  'bench/*.md',
  'clients/typescript/*.md',
  'deploy/**/*.md',
);

/** A fenced block that its page marks as one that runs: "```sh run" or "```js run". */
export interface Example {
  readonly page: string;
  readonly line: number;
  readonly language: 'sh' | 'js';
  readonly text: string;
  /** What it must print, from comments `<!-- prints: … -->` after it. */
  readonly prints: readonly string[];
}

const BLOCK = /^```(sh|js) run\n(.*?)^```\n((?:\n?<!-- prints: .*? -->\n)*)/gms;

/** The examples of a page, in their order. */
export function findExamples(page: { readonly path: string; readonly text: string }): Example[] {
  return [...page.text.matchAll(BLOCK)].map((match) => ({
    page: page.path,
    line: page.text.slice(0, match.index).split('\n').length,
    language: match[1] as 'sh' | 'js',
    text: match[2]!,
    prints: [...match[3]!.matchAll(/<!-- prints: (.*?) -->/g)].map(([, text]) => text!),
  }));
}

/** Text without its fenced blocks and comments: links and headings in them are none. */
export function stripCode(text: string): string {
  return text.replace(/^(```+).*?^\1$/gms, '').replace(/<!--.*?-->/gs, '');
}
