const DISTINCT_CHARACTERS_MIN = 10;
const EXAMPLE =
  /change.?me|changeit|example|secret|password|holdfast|insecure|default|0123456789|abcdef/i;

/**
 * Why a secret would be guessed, or null. It judges what people type in place of a random text; 48 random bytes in
 * base64 have about 40 distinct characters.
 */
export function weaknessOf(secret: string): string | null {
  if (new Set(secret).size < DISTINCT_CHARACTERS_MIN) {
    return `it has fewer than ${DISTINCT_CHARACTERS_MIN} distinct characters`;
  }
  if (EXAMPLE.test(secret)) return 'it looks like an example, so anybody could know it';
  return isPeriodic(secret) ? 'it repeats itself' : null;
}

function isPeriodic(secret: string): boolean {
  // A text that is found inside its own doubling, before the second copy, is a repetition.
  return (secret + secret).indexOf(secret, 1) < secret.length;
}
