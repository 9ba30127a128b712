import { Temporal } from 'temporal-polyfill';
import { isInstant } from '../../../shared/instant.ts';

interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Reads a date in a file as an instant; null when the text is not such a date. */
export type DateReader = (text: string) => Date | null;

const TOKENS: Readonly<Record<string, { part: keyof DateParts; pattern: string }>> = {
  yyyy: { part: 'year', pattern: '(\\d{4})' },
  MM: { part: 'month', pattern: '(\\d{1,2})' },
  dd: { part: 'day', pattern: '(\\d{1,2})' },
  HH: { part: 'hour', pattern: '(\\d{1,2})' },
  mm: { part: 'minute', pattern: '(\\d{2})' },
  ss: { part: 'second', pattern: '(\\d{2})' },
};

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * `format` is made of yyyy, MM, dd, HH, mm and ss, such as `dd/MM/yyyy HH:mm`, read as local time in `timeZone` (IANA);
 * or it is `iso`, an RFC 3339 date-time that carries its own offset. Throws RangeError for a format or a zone that is
 * not known.
 */
export function createDateReader(format: string, timeZone: string): DateReader {
  if (format === 'iso') {
    return (text) => {
      const [, ...digits] = INSTANT.exec(text) ?? [];
      const [year, month, day, hour, minute, second] = digits.map(Number);
      if (second === undefined) return null;
      const parts = { year, month, day, hour, minute, second } as DateParts;
      return dateTimeOf(parts) !== null && isInstant(text) ? new Date(text) : null;
    };
  }
  const readParts = createPartsReader(format);
  requireTimeZone(timeZone);
  // The rows of an order stand together as a rule, and finding the offset is most of the work.
  let last: { readonly text: string; readonly at: Date | null } | undefined;
  return (text) => {
    if (last?.text === text) return last.at;
    // Of an hour that comes twice the first is taken; a time that clocks skip is read by the offset before the change.
    const at = readParts(text)?.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
    last = { text, at: at === undefined ? null : new Date(at.epochMilliseconds) };
    return last.at;
  };
}

/** Throws RangeError. Temporal would take the zone of a whole date as well. */
function requireTimeZone(timeZone: string): void {
  new Intl.DateTimeFormat('en', { timeZone });
}

function createPartsReader(format: string): (text: string) => Temporal.PlainDateTime | null {
  const parts: (keyof DateParts)[] = [];
  const pattern = format.replace(/yyyy|MM|dd|HH|mm|ss|./gsu, (token) => {
    const known = TOKENS[token];
    if (known === undefined) {
      if (/[A-Za-z]/.test(token)) throw new RangeError(`"${token}" is no part of a date format`);
      return token.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
    }
    parts.push(known.part);
    return known.pattern;
  });
  for (const part of ['year', 'month', 'day'] as const) {
    if (parts.filter((other) => other === part).length !== 1) {
      throw new RangeError(`a date format names its ${part} once`);
    }
  }
  const expression = new RegExp(`^${pattern}$`);
  return (text) => {
    const match = expression.exec(text);
    if (match === null) return null;
    const found = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    parts.forEach((part, index) => {
      found[part] = Number(match[index + 1]);
    });
    return dateTimeOf(found);
  };
}

/** Null for the 31st of June and 25:00, and for a year of two digits that was filled up with zeros. */
function dateTimeOf(parts: DateParts): Temporal.PlainDateTime | null {
  if (parts.year < 100) return null;
  try {
    return Temporal.PlainDateTime.from(parts, { overflow: 'reject' });
  } catch {
    return null;
  }
}
