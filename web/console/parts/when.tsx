import { Text, type TextProps, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago, and the exact time for who points at it. */
export function When({ at, ...text }: { at: string } & TextProps) {
  useNow(30_000);
  const date = new Date(at);
  return (
    <Tooltip label={absolute.format(date)} openDelay={300}>
      <Text component="time" dateTime={at} size="sm" {...text}>
        {ago(date)}
      </Text>
    </Tooltip>
  );
}

function ago(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

/** The time, anew every so often, for what ages on the screen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
