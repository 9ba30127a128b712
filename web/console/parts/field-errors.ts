import { HoldfastError } from '../../shared/api.ts';

/** What the server refused about the fields of a form. */
export interface FieldErrors {
  /** Returns the server's words about a field, by its JSON Pointer without the first slash: `modifiers/0/code`. */
  at(field: string): string | null;
  /** Whether a form shows the error at this JSON Pointer at a field. */
  isShown(pointer: string): boolean;
}

/** A place in a list within a JSON Pointer. */
const PLACE = /(?<=\/)\d+(?=\/|$)/g;

/**
 * Returns the errors of a refusal by field. In `fields`, `#` stands for a place in a list: `modifiers/#/code`. `codes`
 * maps refusals without pointers to the field that they are about: `discounts.code_taken` to `code`.
 */
export function readFieldErrors(
  error: unknown,
  fields: readonly string[],
  codes: Readonly<Record<string, string>> = {},
): FieldErrors {
  const problem = error instanceof HoldfastError ? error.problem : null;
  const errors = problem?.errors ?? [];
  const ofCode = problem === null ? undefined : codes[problem.code];
  return {
    at(field) {
      if (problem !== null && ofCode === field) return problem.title;
      const detail = errors.find(({ pointer }) => pointer === `/${field}`)?.detail;
      return detail === undefined ? null : toSentence(detail);
    },
    isShown: (pointer) => fields.includes(pointer.slice(1).replace(PLACE, '#')),
  };
}

/** Returns whether a change was refused because the object had changed meanwhile. */
export function isVersionConflict(error: unknown): boolean {
  return error instanceof HoldfastError && error.code.endsWith('.version_conflict');
}

function toSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
