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

/** Reads a date in a file as an instant. Null if the text is not such a date. */
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
 * Creates a date reader. `format` is built from yyyy, MM, dd, HH, mm and ss, such as `dd/MM/yyyy HH:mm`, read as local
 * time in `timeZone` (IANA); or it is `iso`, an RFC 3339 date-time with its own offset. Throws RangeError for an
 * unknown format or zone.
 */
export function createDateReader(format: string, timeZone: string): DateReader {
  if (format === 'iso') {
    return (text) => {
      const [, ...digits] = INSTANT.exec(text) ?? [];
      const [year, month, day, hour, minute, second] = digits.map(Number);
      if (second === undefined) return null;
      const parts = { year, month, day, hour, minute, second } as DateParts;
      return toDateTime(parts) !== null && isInstant(text) ? new Date(text) : null;
    };
  }
  const readParts = createPartsReader(format);
  requireTimeZone(timeZone);
  // The rows of an order are usually consecutive, and finding the offset is most of the work.
  let last: { readonly text: string; readonly at: Date | null } | undefined;
  return (text) => {
    if (last?.text === text) return last.at;
    // When an hour occurs twice, the first is used. A time that clocks skip is read with the offset before the change.
    const at = readParts(text)?.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
    last = { text, at: at === undefined ? null : new Date(at.epochMilliseconds) };
    return last.at;
  };
}

/** Throws RangeError. Temporal would also accept a date-time with a zone. */
function requireTimeZone(timeZone: string): void {
  new Intl.DateTimeFormat('en', { timeZone });
}

function createPartsReader(format: string): (text: string) => Temporal.PlainDateTime | null {
  const parts: (keyof DateParts)[] = [];
  const pattern = format.replace(/yyyy|MM|dd|HH|mm|ss|./gsu, (token) => {
    const known = TOKENS[token];
    if (known === undefined) {
      if (/[A-Za-z]/.test(token)) throw new RangeError(`"${token}" is not part of a date format`);
      return token.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
    }
    parts.push(known.part);
    return known.pattern;
  });
  for (const part of ['year', 'month', 'day'] as const) {
    if (parts.filter((other) => other === part).length !== 1) {
      throw new RangeError(`a date format must contain its ${part} exactly once`);
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
    return toDateTime(found);
  };
}

/** Returns null for the 31st of June and 25:00, and for a year of two digits that was padded with zeros. */
function toDateTime(parts: DateParts): Temporal.PlainDateTime | null {
  if (parts.year < 100) return null;
  try {
    return Temporal.PlainDateTime.from(parts, { overflow: 'reject' });
  } catch {
    return null;
  }
}
