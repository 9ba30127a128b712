import { Type } from 'typebox';

const RESPOND_ASYNC = 'respond-async';

/** What `Preference-Applied` says when `Prefer: respond-async` was followed. */
export const preferenceApplied = RESPOND_ASYNC;

/** The headers of an operation that follows `Prefer: respond-async`. */
export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      maxLength: 1000,
      description:
        '`respond-async`: accept it with 202, and let a worker do it. Other preferences are ignored.',
    }),
  ),
});

/** Quoted text may hold what otherwise separates. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Whether a `Prefer` header asks for an answer before the work is done. Source: RFC 7240 §2, §4.1. */
export function prefersAsync(header: string | undefined): boolean {
  if (header === undefined) return false;
  return header
    .replaceAll(QUOTED, '""')
    .split(',')
    .some((preference) => preference.split(';')[0]!.trim().toLowerCase() === RESPOND_ASYNC);
}
