import type { ColumnTypes } from '../../../src/database/column-arrays.ts';
import type { Row } from './store.ts';

/** Returns the rows that `toColumnArrays` of the product made arrays of. Missing values are null. */
export function readColumnArrays(types: ColumnTypes, parameters: readonly string[]): Row[] {
  const names = Object.keys(types);
  const columns = names.map((name, index) => {
    const convert = converters[types[name]!];
    const elements = parseArray(parameters[index]!);
    if (convert === undefined) return elements;
    return elements.map((element) => (element === null ? null : convert(element)));
  });
  const count = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: count }, (_, place) => {
    const row: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) row[name] = columns[index]![place] ?? null;
    return row;
  });
}

const converters: Readonly<Record<string, (text: string) => unknown>> = {
  bigint: Number,
  integer: Number,
  smallint: Number,
  boolean: (text) => text === 'true',
  timestamptz: (text) => new Date(text),
  jsonb: JSON.parse,
};

/** Parses an array literal. Source: PostgreSQL documentation, "Array Input and Output Syntax". */
export function parseArray(literal: string): (string | null)[] {
  const elements: (string | null)[] = [];
  if (literal === '{}') return elements;
  let place = 1;
  while (place < literal.length) {
    let text = '';
    if (literal[place] === '"') {
      place += 1;
      while (literal[place] !== '"') {
        if (literal[place] === '\\') place += 1;
        text += literal[place];
        place += 1;
      }
      elements.push(text);
      place += 2;
      continue;
    }
    const comma = literal.indexOf(',', place);
    const end = comma === -1 ? literal.length - 1 : comma;
    text = literal.slice(place, end);
    elements.push(text === 'NULL' ? null : text);
    place = end + 1;
  }
  return elements;
}
