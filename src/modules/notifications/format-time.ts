import { Temporal } from 'temporal-polyfill';

const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

export interface TimeFormat {
  /** The zone of the clock, an IANA name. */
  readonly timeZone: string;
  /** Whether to state the zone although it is clear from the shop. Default: false. */
  readonly withZone?: boolean;
  /** Whether the time is an estimate. Default: false. */
  readonly isEstimate?: boolean;
}

/**
 * Returns a text such as `Monday 30 November 2026 at 19:05`. The zone follows where the time alone could be misread: in
 * UTC, which few shops live by, and for a time that the clock shows twice. Without `Intl`, whose texts change with its
 * version.
 */
export function formatTime(at: Date, { timeZone, withZone, isEstimate }: TimeFormat): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  const { dayOfWeek, day, month, year, hour, minute } = zoned;
  const date = `${weekdays[dayOfWeek - 1]} ${day} ${months[month - 1]} ${year}`;
  const time = `${twoDigits(hour)}:${twoDigits(minute)}`;
  const zone = withZone || timeZone === 'UTC' || comesTwice(zoned) ? ` ${formatZone(zoned)}` : '';
  return `${date}${isEstimate ? ', about' : ' at'} ${time}${zone}`;
}

function comesTwice(zoned: Temporal.ZonedDateTime): boolean {
  const local = zoned.toPlainDateTime();
  const [first, second] = (['earlier', 'later'] as const).map(
    (disambiguation) =>
      local.toZonedDateTime(zoned.timeZoneId, { disambiguation }).epochMilliseconds,
  );
  return first !== second;
}

/** Returns a text such as `UTC`, `UTC+1` or `UTC-3:30`. */
function formatZone({ offset }: Temporal.ZonedDateTime): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(offset)!;
  const rest = minutes === '00' ? '' : `:${minutes}`;
  const difference = `${Number(hours)}${rest}`;
  return difference === '0' ? 'UTC' : `UTC${sign}${difference}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Returns a text such as `4 July 2026 at 09:05 UTC`, as mails did while the shop had no time zone. */
export function formatUtc(at: Date): string {
  const time = at.toISOString().slice(11, 16);
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} at ${time} UTC`;
}
