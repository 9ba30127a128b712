import { invalidInput, requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';

/** Returns the strong entity tag of a version. Source: RFC 9110 §8.8.3. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

const TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;

/**
 * Returns the versions that an `If-Match` header accepts, or null for any (no header, or `*`). A weak tag, or one that
 * is not a version, matches nothing. Throws `request.invalid` if the header is not a list of entity tags.
 * Source: RFC 9110 §13.1.1.
 */
export function ifMatchVersion(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return parseTags(header).flatMap(({ weak, tag }) =>
    !weak && /^[1-9][0-9]{0,8}$/.test(tag) ? [Number(tag)] : [],
  );
}

/** Returns `request.precondition_failed`, or null if `accepted` (from `ifMatchVersion`) contains the version. */
export function findMismatch(
  accepted: readonly number[] | null,
  version: number,
): CodedError | null {
  if (accepted === null || accepted.includes(version)) return null;
  return new CodedError(requestErrors.preconditionFailed);
}

/** Throws the error that `findMismatch` returns. */
export function requireMatch(accepted: readonly number[] | null, version: number): void {
  const mismatch = findMismatch(accepted, version);
  if (mismatch !== null) throw mismatch;
}

/**
 * Returns whether `If-None-Match` has this version, so the response is 304. Weak comparison. Source: RFC 9110 §13.1.2.
 */
export function ifNoneMatch(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((entry) => TAG.exec(entry)?.[2] === String(version));
}

function parseTags(header: string): { weak: boolean; tag: string }[] {
  return header.split(',').map((entry) => {
    const match = TAG.exec(entry);
    if (match === null)
      throw invalidInput(
        '/headers/if-match',
        'If-Match must be a list of entity tags, such as "3".',
      );
    return { weak: match[1] !== undefined, tag: match[2] ?? '' };
  });
}
