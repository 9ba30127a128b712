import { sourceFiles } from '../tidy/source-files.ts';

/** Every Markdown page of the project. */
export const pages = sourceFiles(
  '*.md',
  'docs/**/*.md',
  'bench/*.md',
  'clients/typescript/*.md',
  'deploy/**/*.md',
);

/** A fenced block marked as runnable by its page: "```sh run" or "```js run". */
export interface Example {
  readonly page: string;
  readonly line: number;
  readonly language: 'sh' | 'js';
  readonly text: string;
  /** The expected output, from comments `<!-- prints: … -->` after the block. */
  readonly prints: readonly string[];
}

const BLOCK = /^```(sh|js) run\n(.*?)^```\n((?:\n?<!-- prints: .*? -->\n)*)/gms;

/** Returns the examples of a page in order. */
export function findExamples(page: { readonly path: string; readonly text: string }): Example[] {
  return [...page.text.matchAll(BLOCK)].map((match) => ({
    page: page.path,
    line: page.text.slice(0, match.index).split('\n').length,
    language: match[1] as 'sh' | 'js',
    text: match[2]!,
    prints: [...match[3]!.matchAll(/<!-- prints: (.*?) -->/g)].map(([, text]) => text!),
  }));
}

/** Removes fenced blocks and comments, in which links and headings do not count. */
export function stripCode(text: string): string {
  return text.replace(/^(```+).*?^\1$/gms, '').replace(/<!--.*?-->/gs, '');
}
