import { Type } from 'typebox';

const RESPOND_ASYNC = 'respond-async';

/** The value of `Preference-Applied` if `Prefer: respond-async` was applied. */
export const preferenceApplied = RESPOND_ASYNC;

/** The headers of an operation that supports `Prefer: respond-async`. */
export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      maxLength: 1000,
      description:
        '`respond-async`: accept the request with 202 and let a worker process it. Other preferences are ignored.',
    }),
  ),
});

/** Quoted text may contain separators. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Returns whether a `Prefer` header requests a response before the work is done. Source: RFC 7240 §2, §4.1. */
export function prefersAsync(header: string | undefined): boolean {
  if (header === undefined) return false;
  return header
    .replaceAll(QUOTED, '""')
    .split(',')
    .some((preference) => preference.split(';')[0]!.trim().toLowerCase() === RESPOND_ASYNC);
}
