/** Returns a code of an app without the blanks that people type or paste with it: `123 456` is `123456`. */
export function readTypedCode(typed: string): string {
  return typed.replaceAll(/[\s-]/g, '');
}

/** Returns a secret in groups of four, as people copy it by hand. */
export function formatSecret(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}
