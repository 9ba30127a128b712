import { readFileSync } from 'node:fs';
import { code, table } from './markdown.ts';

/** Columns by table, separated by spaces. */
type Columns = Readonly<Record<string, string>>;

/**
 * - `personal`: tells who somebody is or where they were, or is what somebody typed
 * - `linked`: belongs to somebody through an id alone
 * - `secret`: gives access to something, or lets ciphertext be read
 */
export type DataClass = 'personal' | 'linked' | 'secret';

/** What is kept, why, for how long, and what becomes of it. */
export interface KeptData {
  readonly what: string;
  readonly class: DataClass;
  readonly purpose: string;
  readonly kept: string;
  /** Who gets it, besides the person and those of the staff who may read it. */
  readonly given: string;
  /** What becomes of it when the person is erased. */
  readonly erased: string;
  readonly columns: Columns;
}

/** What each column of the database is. */
export interface Inventory {
  readonly entries: readonly KeptData[];
  /** Columns about the shop, its goods and its machines. */
  readonly notPersonal: Columns;
}

export function readInventory(): Inventory {
  return JSON.parse(readFileSync(new URL('personal-data.json', import.meta.url), 'utf8'));
}

/** Lists columns as `<table>.<column>`. */
export function listColumns(columns: Columns): readonly string[] {
  return Object.entries(columns).flatMap(([name, list]) =>
    list.split(' ').map((column) => `${name}.${column}`),
  );
}

const headings: Readonly<Record<DataClass, string>> = {
  personal: 'Personal',
  linked: 'Linked to a person by an id',
  secret: 'Secret',
};

/** The lines between which `fillPrivacyGuide` writes. */
const START = '<!-- Made from docs/make/personal-data.json by `npm run docs`. Change it there. -->';
const END = '<!-- End of what is made. -->';

/** Returns the guide with the present tables. Throws if it has no place for them. */
export function fillPrivacyGuide(text: string): string {
  const [before, after] = [text.split(START)[0]!, text.split(END)[1]];
  if (before === text || after === undefined) throw new Error('the guide has no place for tables');
  const { entries } = readInventory();
  const tables = (['personal', 'linked', 'secret'] as const).flatMap((wanted) => [
    `### ${headings[wanted]}`,
    table(
      ['what', 'why', 'how long', 'who gets it', 'on erasure', 'where'],
      entries.filter((entry) => entry.class === wanted).map(formatEntry),
    ),
  ]);
  return `${before}${[START, ...tables, END].join('\n\n')}${after}`;
}

function formatEntry({ what, purpose, kept, given, erased, columns }: KeptData): string[] {
  const where = Object.entries(columns).map(
    ([name, list]) => `${code(name)}: ${list.replaceAll(' ', ', ')}`,
  );
  return [what, purpose, kept, given, erased, where.join('; ')];
}
