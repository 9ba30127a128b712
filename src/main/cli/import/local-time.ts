import { isInstant } from '../../../shared/instant.ts';

const DAY_MS = 86_400_000;

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
      return exists(parts) && isInstant(text) ? new Date(text) : null;
    };
  }
  const readParts = createPartsReader(format);
  const offsetAt = createOffsets(timeZone);
  // The rows of an order stand together as a rule, and finding the offset is most of the work.
  let last: { readonly text: string; readonly at: Date | null } | undefined;
  return (text) => {
    if (last?.text === text) return last.at;
    const parts = readParts(text);
    last = { text, at: parts === null ? null : instantOf(parts, offsetAt) };
    return last.at;
  };
}

function createPartsReader(format: string): (text: string) => DateParts | null {
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
    return exists(found) ? found : null;
  };
}

/** The 31st of June and 25:00 are refused instead of rolled over. */
function exists(parts: DateParts): boolean {
  const at = new Date(wallClockMs(parts));
  return (
    at.getUTCFullYear() === parts.year &&
    at.getUTCMonth() === parts.month - 1 &&
    at.getUTCDate() === parts.day &&
    at.getUTCHours() === parts.hour &&
    at.getUTCMinutes() === parts.minute &&
    at.getUTCSeconds() === parts.second
  );
}

/**
 * When clocks go back an hour comes twice: the first one is taken. When they go forward an hour is missing: a time in it
 * is read by the offset from before the change, as a clock that was not put forward would show it.
 * Source: RFC 5545 §3.3.5; ECMAScript Temporal calls it "compatible".
 */
function instantOf(parts: DateParts, offsetAt: (atMs: number) => number): Date {
  const localMs = wallClockMs(parts);
  const before = offsetAt(localMs - DAY_MS);
  const after = offsetAt(localMs + DAY_MS);
  const candidates = [localMs - before, localMs - after];
  const real = candidates.filter((atMs) => offsetAt(atMs) === localMs - atMs);
  return new Date(real.length > 0 ? Math.min(...real) : localMs - before);
}

/** The same digits read as UTC. */
function wallClockMs(parts: DateParts): number {
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function createOffsets(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const found: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(atMs)) found[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
  };
}
