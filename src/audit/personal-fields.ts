import type { Difference } from './find-difference.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of users whose texts are words or ids of the program. */
const wordFields: ReadonlySet<string> = new Set(['role', 'provenBy', 'factorId', 'type']);

/**
 * Returns whether the value of a user's field may tell who they are: all but numbers, truth values and words of the
 * program, so that a new field does unless it is named above.
 */
function tellsWho(field: string, value: unknown): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return false;
  return !wordFields.has(field);
}

/** A difference of a user, and what was taken out of it: the values that tell who they are, null where they were. */
export interface SplitDifference {
  readonly open: Difference;
  readonly personal: Readonly<Record<string, Fields>>;
}

export function splitDifference({ before, after }: Difference): SplitDifference {
  const [earlier, later] = [splitFields(before), splitFields(after)];
  return {
    open: { before: earlier.open, after: later.open },
    personal: {
      ...(earlier.personal === null ? {} : { before: earlier.personal }),
      ...(later.personal === null ? {} : { after: later.personal }),
    },
  };
}

function splitFields(fields: Fields | null): { open: Fields | null; personal: Fields | null } {
  const personal = Object.entries(fields ?? {}).filter(([field, value]) => tellsWho(field, value));
  if (personal.length === 0) return { open: fields, personal: null };
  const emptied = Object.fromEntries(personal.map(([field]) => [field, null]));
  return { open: { ...fields, ...emptied }, personal: Object.fromEntries(personal) };
}
