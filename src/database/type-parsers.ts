import pg from 'pg';

/** bigint columns contain money and stock, both limited far below the largest exact integer, so they become numbers. */
export const typeParsers = new pg.TypeOverrides();
typeParsers.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of the exact range: ${text}`);
  return value;
});

/** The types of arrays of uuids and texts. Source: pg_type. */
const TEXTUAL_ARRAYS = [2951, 1009];

/** An array of one dimension whose elements need no quotes. */
const PLAIN_ARRAY = /^\{[A-Za-z0-9_.:,-]+\}$/;

for (const type of TEXTUAL_ARRAYS) {
  const parse = typeParsers.getTypeParser(type) as unknown as (text: string) => unknown;
  // The parser of `pg` makes an object for each character: 1.4 KB for one uuid, and 0.3 KB for nothing.
  typeParsers.setTypeParser(type, (text) => {
    if (text === '{}') return [];
    const isPlain = PLAIN_ARRAY.test(text) && !text.includes('NULL');
    return isPlain ? text.slice(1, -1).split(',') : parse(text);
  });
}
