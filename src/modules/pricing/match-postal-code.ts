/** `YO21` and `3PU` of a British postal code. Source: Royal Mail, Programmers' Guide to PAF, format of postcodes. */
const BRITISH = /^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$/;
const BRITISH_OUTWARD = /^[A-Z]{1,2}\d[A-Z\d]?$/;

/** Returns the form in which a prefix is stored: upper case, with single blanks. */
export function normalisePostalCode(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase();
}

/** Returns a postal code without its case, blanks and hyphens, which people write or leave out. */
export function compactPostalCode(text: string): string {
  return text.replace(/[\s-]+/g, '').toUpperCase();
}

/**
 * Returns whether a postal code begins with a prefix, however both are written. In British codes the part before the
 * blank varies in length: `E14` is not the beginning of `E1 4AB`. So a prefix with a blank names the whole first part,
 * and one that can be a first part is compared with the first part only.
 */
export function matchesPostalCode(prefix: string, postalCode: string): boolean {
  const code = compactPostalCode(postalCode);
  const wanted = compactPostalCode(prefix);
  const [, outward, inward] = BRITISH.exec(code) ?? [];
  if (outward === undefined || inward === undefined) return code.startsWith(wanted);
  const [first = '', ...rest] = normalisePostalCode(prefix).split(' ');
  if (rest.length > 0) return first === outward && inward.startsWith(rest.join(''));
  return (BRITISH_OUTWARD.test(wanted) ? outward : code).startsWith(wanted);
}
