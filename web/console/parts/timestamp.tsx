import { Text, type TextProps, Tooltip } from '@mantine/core';
import { serverClock } from '../../shared/fetch-reply.ts';
import { useNow } from '../../shared/use-now.ts';

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

interface TimestampProps extends TextProps {
  /** RFC 3339. */
  readonly at: string;
  /** Shows the exact time, for lists in which the order matters, and the age in the tooltip. */
  readonly exact?: boolean;
}

/** Shows the age of a time by the server's clock, and the exact time in the tooltip. */
export function Timestamp({ at, exact = false, ...text }: TimestampProps) {
  useNow(30_000);
  const date = new Date(at);
  const [shown, other] = exact
    ? [absolute.format(date), formatAge(date)]
    : [formatAge(date), absolute.format(date)];
  return (
    <Tooltip label={other} openDelay={300}>
      <Text component="time" dateTime={at} size="sm" className="one-line" {...text}>
        {shown}
      </Text>
    </Tooltip>
  );
}

function formatAge(date: Date): string {
  const seconds = (date.getTime() - serverClock.nowMs()) / 1000;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}
