/** The form of a code: up to 40 letters, digits, dots, underscores and hyphens, a letter or digit first. */
export const CODE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$';

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
