/** What a line with a secret contains, checked first because nearly every line contains none of it. */
const SUSPICIOUS = /@|eyJ|hfr?_|whsec_|bearer /i;

/**
 * Secrets and e-mail addresses by their form. They come in texts that are not ours, such as what a mail server said of
 * an address, or the URL in the error of a library. Repetitions have a maximum, so that a long line takes no longer.
 */
const SECRETS: readonly RegExp[] = [
  // A JSON Web Token, whole or cut off after its first part.
  /eyJ[\w-]{8,300}\.[\w-]{0,4000}(\.[\w-]{0,1000})?/g,
  // API keys beyond the prefix that is shown, and refresh tokens.
  /hfr?_[\w-]{12,200}/g,
  /whsec_[\w+/=-]{8,200}/g,
  /(?<=bearer )[^\s"\\]{1,4000}/gi,
  // The user and password of a URL, up to the last at sign: a password may have others.
  /(?<=:\/\/)[^\s"\\/]{0,4000}(?=@)/g,
  // Not the scope of a package in a stack trace, which follows a slash, and not the letter of an escape in JSON.
  /(?<!\\)[\p{L}\p{N}.!#$%&'*+=?^_`{|}~-]{1,64}@([\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{0,62}/gu,
];

/** Replaces every secret and e-mail address in a line, which stays valid JSON. */
export function maskSecrets(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  return SECRETS.reduce((masked, secret) => masked.replace(secret, '[Redacted]'), line);
}
