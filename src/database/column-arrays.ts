/** The columns of a set of rows that a statement receives, with their PostgreSQL types. */
export type ColumnTypes = Readonly<Record<string, string>>;

export type ColumnValue = string | number | boolean | Date | null | undefined;

/** A row with these columns. One that is missing is null. */
export type ColumnRow<Types extends ColumnTypes> = {
  readonly [Name in keyof Types]?: ColumnValue;
};

/** Text that an array literal may contain without quotes, except the word NULL. */
const PLAIN = /^[A-Za-z0-9_.:+-]+$/;

/** Returns SQL for a set of rows whose columns are the parameters $1, $2, …: one array each. */
export function unnestColumns(alias: string, types: ColumnTypes): string {
  const arrays = Object.values(types).map((type, index) => `$${index + 1}::${type}[]`);
  return `unnest(${arrays.join(', ')}) as ${alias} (${Object.keys(types).join(', ')})`;
}

/**
 * Returns the parameters for `unnestColumns`. Arrays cost PostgreSQL a third less than a JSON text with the same rows,
 * and this process no more. A column of nulls is an empty array: `unnest` fills up shorter arrays with nulls.
 */
export function toColumnArrays<Types extends ColumnTypes>(
  types: Types,
  rows: readonly ColumnRow<Types>[],
): string[] {
  return Object.keys(types).map((name) => {
    if (rows.every((row) => row[name] === null || row[name] === undefined)) return '{}';
    return `{${rows.map((row) => toElement(row[name])).join(',')}}`;
  });
}

/** Returns an array literal. The one that `pg` builds costs three times as much. */
export function toArrayLiteral(values: readonly ColumnValue[]): string {
  return `{${values.map(toElement).join(',')}}`;
}

function toElement(value: ColumnValue): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'object') return `"${value.toISOString()}"`;
  if (typeof value !== 'string') return String(value);
  if (PLAIN.test(value) && !(value.length === 4 && value.toLowerCase() === 'null')) return value;
  return quote(value);
}

/** Text in which JSON escapes more than quotation marks and backslashes: control characters and halves of pairs. */
const ESCAPED_IN_JSON = /[\p{Cc}\p{Cs}]/u;

/** Returns the text in quotation marks. As JSON if that is the same, because it takes a fifth of the time and memory. */
function quote(value: string): string {
  if (!ESCAPED_IN_JSON.test(value)) return JSON.stringify(value);
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}
