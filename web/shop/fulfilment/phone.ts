import { useEffect, useState } from 'react';

/** Reads a phone number as E.164; null if it is none. */
export type PhoneReader = (text: string, country: string) => string | null;

const E164 = /^\+[1-9]\d{6,14}$/;

/** The numbering plans of all countries are loaded only for customers who enter a number as they write it at home. */
let loading: Promise<PhoneReader> | null = null;
let loaded: PhoneReader | null = null;

async function load(): Promise<PhoneReader> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  loaded = (text, country) => {
    const options = isSupportedCountry(country)
      ? { defaultCountry: country, extract: false }
      : { extract: false };
    const parsed = parsePhoneNumberFromString(text, options);
    return parsed?.isValid() && parsed.ext === undefined ? parsed.number : null;
  };
  return loaded;
}

/** Without the code, the server decides. */
const readAny: PhoneReader = (text) => text;

/** Returns what reads this phone number; null while it is being loaded. */
export function usePhoneReader(text: string): PhoneReader | null {
  const [reader, setReader] = useState<PhoneReader | null>(() => loaded);
  const isNeeded = text !== '' && !E164.test(text);
  useEffect(() => {
    if (!isNeeded) return;
    loading ??= load().catch(() => {
      loading = null;
      return readAny;
    });
    void loading.then((found) => setReader(() => found));
  }, [isNeeded]);
  return isNeeded ? reader : readAny;
}
