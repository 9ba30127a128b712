import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { requestErrors } from './common-errors.ts';
import { CodedError } from './errors.ts';

export const PAGE_LIMIT_DEFAULT = 20;
export const PAGE_LIMIT_MAX = 100;

export interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/** 12 bytes in base64url. */
const SIGNATURE_LENGTH = 16;

/** The values of the sort columns of the last row of a page. */
export type CursorValues = readonly (string | number)[];

/**
 * Opaque keyset cursors. A cursor is signed together with the filters that it was created with, so that a cursor that
 * was tampered with, or is sent with other filters, is refused instead of returning a wrong page.
 */
export interface Cursors {
  encode(filters: unknown, values: CursorValues): string;
  /** Throws `request.invalid_cursor`. */
  decode(filters: unknown, cursor: string): CursorValues;
}

/** Creates cursors. `secret` has 32 bytes or more and is the same on every server. */
export function createCursors(secret: string): Cursors {
  const sign = (filters: unknown, payload: string): string => {
    const scope = sha256(canonicalJson(filters));
    const signature = createHmac('sha256', secret)
      .update(scope)
      .update(payload)
      .digest('base64url');
    return signature.slice(0, SIGNATURE_LENGTH);
  };
  return {
    encode(filters, values) {
      const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
      return `${payload}.${sign(filters, payload)}`;
    },
    decode(filters, cursor) {
      const [payload = '', signature = '', ...rest] = cursor.split('.');
      const given = Buffer.from(signature);
      const expected = Buffer.from(sign(filters, payload));
      const genuine =
        rest.length === 0 && given.length === expected.length && timingSafeEqual(given, expected);
      if (!genuine) throw new CodedError(requestErrors.invalidCursor);
      return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as CursorValues;
    },
  };
}

/** Builds a page from `rows`, which were read with `limit + 1`: the extra row shows that there is a next page. */
export function buildPage<Row, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  cursor: (last: Row) => string,
): Page<View> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(view),
    nextCursor: rows.length > limit && last !== undefined ? cursor(last) : null,
  };
}
