import { Type } from 'typebox';

/** The form of a code: up to 40 letters, digits, dots, underscores and hyphens, a letter or digit first. */
export const CODE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$';

const CODES_MAX = 5;

/** The codes that a request names. Blanks around a code are allowed; `distinctCodes` removes them. */
export const DiscountCodes = Type.Array(
  Type.String({
    pattern: `^\\s*${CODE_PATTERN.slice(1, -1)}\\s*$`,
    maxLength: 100,
    description: 'A discount code, in any case.',
  }),
  { maxItems: CODES_MAX },
);

/** Returns the form in which codes are compared: without blanks around them, in lower case. */
export function normaliseCode(code: string): string {
  return code.trim().toLowerCase();
}

/** Returns the codes that a request names without the blanks around them, each once. */
export function distinctCodes(codes: readonly string[]): readonly string[] {
  const byForm = new Map<string, string>();
  for (const code of codes) {
    const form = normaliseCode(code);
    if (!byForm.has(form)) byForm.set(form, code.trim());
  }
  return [...byForm.values()];
}
