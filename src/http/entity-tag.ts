import { invalidInput, requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';

/** A strong entity tag made from a version. Source: RFC 9110 §8.8.3. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

const TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;

/**
 * The versions that an `If-Match` header accepts, or null when it accepts any (no header, or `*`). A weak tag or one
 * that is no version of ours matches nothing. Throws `request.invalid` when the header is not a list of entity tags.
 * Source: RFC 9110 §13.1.1.
 */
export function ifMatchVersion(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return parseTags(header).flatMap(({ weak, tag }) =>
    !weak && /^[1-9][0-9]{0,8}$/.test(tag) ? [Number(tag)] : [],
  );
}

/** `request.precondition_failed`, or null when `accepted` (of `ifMatchVersion`) holds the version. */
export function findMismatch(
  accepted: readonly number[] | null,
  version: number,
): CodedError | null {
  if (accepted === null || accepted.includes(version)) return null;
  return new CodedError(requestErrors.preconditionFailed);
}

/** Throws what `mismatchOf` gives. */
export function requireMatch(accepted: readonly number[] | null, version: number): void {
  const mismatch = findMismatch(accepted, version);
  if (mismatch !== null) throw mismatch;
}

/** Whether `If-None-Match` names this version, so that 304 is the answer. Weak comparison. Source: RFC 9110 §13.1.2. */
export function ifNoneMatch(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((entry) => TAG.exec(entry)?.[2] === String(version));
}

function parseTags(header: string): { weak: boolean; tag: string }[] {
  return header.split(',').map((entry) => {
    const match = TAG.exec(entry);
    if (match === null)
      throw invalidInput('/headers/if-match', 'If-Match takes entity tags, such as "3".');
    return { weak: match[1] !== undefined, tag: match[2] ?? '' };
  });
}
