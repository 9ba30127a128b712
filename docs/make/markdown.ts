/** Building blocks of Markdown for the pages of the reference. */

/** One page below `docs/reference/`. */
export interface Page {
  /** Such as `api/orders.md`. */
  readonly path: string;
  readonly text: string;
}

const NOTE = '<!-- Made from the code by `npm run docs`. Change it there. -->';

export function page(path: string, title: string, ...parts: readonly string[]): Page {
  return { path, text: `${[`# ${title}`, NOTE, ...parts].join('\n\n')}\n` };
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Returns the anchor of a heading, as GitHub generates it. */
export function buildAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
