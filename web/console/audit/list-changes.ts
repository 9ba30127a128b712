import { weekdays } from '../parts/weekdays.ts';
import type { AuditRow } from './audit-row.ts';

/** One value that differs, with the names of the fields and things that lead to it. */
export type Change =
  | {
      readonly kind: 'value';
      readonly path: Path;
      readonly before: unknown;
      readonly after: unknown;
    }
  | {
      readonly kind: 'list';
      readonly path: Path;
      readonly removed: readonly unknown[];
      readonly added: readonly unknown[];
    };

/** Fields as the API calls them, and between them names of things, such as of a modifier. It ends with a field. */
export type Path = readonly PathPart[];
export type PathPart = string | { readonly name: string };

type Fields = Readonly<Record<string, unknown>>;

/** Fields that say something when they are empty: a key that never ends. */
const telling: ReadonlySet<string> = new Set(['expiresAt']);

/** Lists what differs, down to single values. Of something new or deleted, lists what it has. */
export function listChanges({ before, after }: Pick<AuditRow, 'before' | 'after'>): Change[] {
  if (before === null || after === null) {
    return listFields(before ?? after ?? {})
      .filter(([field, value]) => telling.has(field) || (!isEmpty(value) && value !== false))
      .map(([field, value]) => ({
        kind: 'value',
        path: [field],
        before: before === null ? null : value,
        after: after === null ? undefined : value,
      }));
  }
  return compareFields([], before, after);
}

/** What tells one thing from another comes first. The database sorts the rest by length. */
const firstFields: readonly string[] = [
  'name',
  'email',
  'sku',
  'code',
  'url',
  'date',
  'role',
  'kind',
  'price',
  'amount',
  ...weekdays,
];

/** Ids that lead nowhere: of a factor, and of the mails at both ends of a page. */
const hiddenFields: ReadonlySet<string> = new Set(['factorId', 'newest', 'oldest']);

export function listFields(fields: object): [field: string, value: unknown][] {
  const findPlace = (field: string) => {
    const place = firstFields.indexOf(field);
    return place === -1 ? firstFields.length : place;
  };
  return Object.entries(fields)
    .filter(([field]) => !hiddenFields.has(field))
    .sort(([one], [other]) => findPlace(one) - findPlace(other));
}

function compareFields(path: Path, before: Fields, after: Fields): Change[] {
  return listFields({ ...before, ...after }).flatMap(([field]) =>
    compare([...path, field], before[field] ?? null, after[field] ?? null),
  );
}

function compare(path: Path, before: unknown, after: unknown): Change[] {
  if (isSame(before, after)) return [];
  if (isPlain(before) && isPlain(after)) return compareFields(path, before, after);
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after);
  return [{ kind: 'value', path, before, after }];
}

/** Things with a key, such as modifiers, are compared one by one. Others are in the list or not. */
function compareLists(path: Path, before: readonly unknown[], after: readonly unknown[]): Change[] {
  const earlier = new Map(before.map((item) => [findKey(item), item]));
  const later = new Map(after.map((item) => [findKey(item), item]));
  // Several with one key cannot be told apart, and openings make sense only as a whole.
  const isKeyed = earlier.size === before.length && later.size === after.length;
  const removed = before.filter((item) => !later.has(findKey(item)));
  const added = after.filter((item) => !earlier.has(findKey(item)));
  const kept = before.flatMap((item) => {
    const other = later.get(findKey(item));
    if (!isPlain(item) || !isPlain(other)) return [];
    return compareFields([...path, { name: String(item.name ?? findKey(item)) }], item, other);
  });
  const isMoved = removed.length === 0 && added.length === 0 && kept.length === 0;
  if (!isKeyed || isMoved || [...before, ...after].some(Array.isArray)) {
    return [{ kind: 'value', path, before, after }];
  }
  const list: Change = { kind: 'list', path, removed, added };
  return [...(removed.length + added.length > 0 ? [list] : []), ...kept];
}

function findKey(item: unknown): string {
  const key = isPlain(item) ? (item.code ?? item.date ?? item.id) : item;
  return JSON.stringify(key ?? item);
}

/** Returns whether a value is an object with fields. An amount of money is one value. */
export function isPlain(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMoney(value);
}

export function isMoney(value: unknown): value is { amount: number; currency: string } {
  const { amount, currency, ...rest } = (value ?? {}) as Fields;
  return (
    typeof amount === 'number' && typeof currency === 'string' && Object.keys(rest).length === 0
  );
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || isSame(value, []);
}

/** Compares texts, because the database sorts the keys of every object that it returns. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
