/** Field of ours to the name of a column in the file. */
export type ColumnMap<Field extends string> = Readonly<Partial<Record<Field, string>>>;

/** How a file's header is to be understood was given wrongly: bad usage, not a bad file. */
export class ColumnMapError extends Error {
  override name = 'ColumnMapError';
}

/**
 * Reads `number=OrderNumber,date=OrderDate`. Later entries replace earlier ones, so that the option can be given
 * several times. Throws `ColumnMapError`.
 */
export function parseColumnMap<Field extends string>(
  texts: readonly string[],
  fields: readonly Field[],
): ColumnMap<Field> {
  const map: Partial<Record<Field, string>> = {};
  for (const entry of texts.flatMap((text) => text.split(','))) {
    const cut = entry.indexOf('=');
    const name = entry.slice(0, cut).trim();
    const column = entry.slice(cut + 1).trim();
    const field = fields.find((candidate) => candidate === name);
    if (cut < 1 || column === '' || field === undefined) {
      throw new ColumnMapError(
        `--map takes FIELD=COLUMN, separated by commas, with the fields ${fields.join(', ')}; it got "${entry}".`,
      );
    }
    map[field] = column;
  }
  return map;
}

/**
 * Where each field stands in the header: at the column that the map names, else at a column of its own name whatever
 * the case. Throws `ColumnMapError` for a required field without a column, or a mapped column that is not there.
 */
export function columnsOf<Field extends string>(
  header: readonly string[],
  map: ColumnMap<Field>,
  required: readonly Field[],
  optional: readonly Field[],
): ReadonlyMap<Field, number> {
  const names = header.map((name) => name.trim());
  const columns = new Map<Field, number>();
  for (const field of [...required, ...optional]) {
    const mapped = map[field];
    const index =
      mapped === undefined
        ? names.findIndex((name) => name.toLowerCase() === field.toLowerCase())
        : names.indexOf(mapped);
    if (index >= 0) columns.set(field, index);
    else if (mapped !== undefined || required.includes(field)) {
      throw new ColumnMapError(
        `There is no column "${mapped ?? field}" for ${field}; the file has ${names.join(', ')}.`,
      );
    }
  }
  return columns;
}
