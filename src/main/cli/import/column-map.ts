import { normalText } from '../../../shared/text.ts';

/** The column name in the file for each of our fields. */
export type ColumnMap<Field extends string> = Readonly<Partial<Record<Field, string>>>;

/** A wrong column map: a usage error, not an error in the file. */
export class ColumnMapError extends Error {
  override name = 'ColumnMapError';
}

/**
 * Parses `number=OrderNumber,date=OrderDate`. Later entries replace earlier ones, so that the option can be repeated.
 * Throws `ColumnMapError`.
 */
export function parseColumnMap<Field extends string>(
  texts: readonly string[],
  fields: readonly Field[],
): ColumnMap<Field> {
  const map: Partial<Record<Field, string>> = {};
  for (const entry of texts.flatMap((text) => text.split(','))) {
    const cut = entry.indexOf('=');
    const name = entry.slice(0, cut).trim();
    const column = normalText(entry.slice(cut + 1)).trim();
    const field = fields.find((candidate) => candidate === name);
    if (cut < 1 || column === '' || field === undefined) {
      throw new ColumnMapError(
        `--map takes FIELD=COLUMN, separated by commas, with the fields ${fields.join(', ')}; it is "${entry}".`,
      );
    }
    map[field] = column;
  }
  return map;
}

/**
 * Returns the column of each field: the one that the map names, otherwise one with the field's name in any case. A line
 * break in a name counts as a blank. Throws `ColumnMapError` for a required field without a column, a mapped column
 * that does not exist, and a duplicate column.
 */
export function resolveColumns<Field extends string>(
  header: readonly string[],
  map: ColumnMap<Field>,
  required: readonly Field[],
  optional: readonly Field[],
): ReadonlyMap<Field, number> {
  const names = header.map(toSingleLine);
  const columns = new Map<Field, number>();
  for (const field of [...required, ...optional]) {
    const mapped = map[field] === undefined ? undefined : toSingleLine(map[field]);
    const isColumn = (name: string): boolean =>
      mapped === undefined ? name.toLowerCase() === field.toLowerCase() : name === mapped;
    const index = names.findIndex(isColumn);
    if (index !== names.findLastIndex(isColumn)) {
      throw new ColumnMapError(
        `There are several columns "${names[index]}": give them different names.`,
      );
    }
    if (index >= 0) columns.set(field, index);
    else if (mapped !== undefined || required.includes(field)) {
      throw new ColumnMapError(
        `There is no column "${mapped ?? field}" for ${field}; the file has ${names.join(', ')}.`,
      );
    }
  }
  return columns;
}

function toSingleLine(name: string): string {
  return normalText(name)
    .trim()
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
