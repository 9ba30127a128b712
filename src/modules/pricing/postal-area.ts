/** `YO21` and `3PU` of a British postal code. Source: Royal Mail, Programmers' Guide to PAF, format of postcodes. */
const BRITISH = /^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$/;
const BRITISH_OUTWARD = /^[A-Z]{1,2}\d[A-Z\d]?$/;

/** The prefixes of a charge, prepared so that a search takes no longer with a thousand of them than with one. */
export interface PostalArea {
  /** Without blanks and hyphens. */
  readonly compact: ReadonlySet<string>;
  /** For British codes: those that have a blank with one blank after the first part, the others compact. */
  readonly british: ReadonlySet<string>;
}

/** Returns the form in which a prefix is stored: upper case, with single blanks. */
export function normalisePostalCode(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase();
}

/** Returns a postal code without its case, blanks and hyphens, which people write or leave out. */
export function compactPostalCode(text: string): string {
  return text.replace(/[\s-]+/g, '').toUpperCase();
}

export function preparePostalArea(prefixes: readonly string[]): PostalArea {
  return {
    compact: new Set(prefixes.map(compactPostalCode)),
    british: new Set(
      prefixes.map((prefix) => {
        const [first = '', ...rest] = normalisePostalCode(prefix).split(' ');
        return rest.length > 0 ? `${first} ${rest.join('')}` : compactPostalCode(prefix);
      }),
    ),
  };
}

/**
 * Returns the length of the longest prefix with which a postal code begins, without blanks, or null if there is none,
 * however both are written. In British codes the part before the blank varies in length: `E14` is not the beginning of
 * `E1 4AB`. So a prefix with a blank names the whole first part, and one that can be a first part is compared with the
 * first part only.
 */
export function findPrefixLength(
  { compact, british }: PostalArea,
  postalCode: string,
): number | null {
  const code = compactPostalCode(postalCode);
  const [, outward] = BRITISH.exec(code) ?? [];
  for (let length = code.length; length > 0; length -= 1) {
    const prefix = code.slice(0, length);
    if (outward === undefined) {
      if (compact.has(prefix)) return length;
    } else if (length <= outward.length) {
      if (british.has(prefix)) return length;
    } else {
      if (british.has(`${outward} ${prefix.slice(outward.length)}`)) return length;
      if (!BRITISH_OUTWARD.test(prefix) && british.has(prefix)) return length;
    }
  }
  return null;
}
