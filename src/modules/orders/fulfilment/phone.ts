import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

/** Some countries have longer numbers, which cannot be called from abroad. */
const E164 = /^\+[1-9]\d{1,14}$/;

/**
 * Returns a phone number as E.164, such as `+442079460000`, or null if it is none. One without a country's prefix is
 * read as a number of `country` (ISO 3166-1); without a country it is none.
 */
export function parsePhone(text: string, country: string | null): string | null {
  const nation = country !== null && isSupportedCountry(country) ? (country as CountryCode) : null;
  const parsed = parsePhoneNumberFromString(
    // Full-width forms, as East Asian keyboards write them, become plain ones.
    text.normalize('NFKC').trim(),
    nation === null ? { extract: false } : { defaultCountry: nation, extract: false },
  );
  if (parsed === undefined || !parsed.isValid() || parsed.ext !== undefined) return null;
  return E164.test(parsed.number) ? parsed.number : null;
}
