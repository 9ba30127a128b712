import type { OpeningTimes } from './settings.ts';

export const DAY_MINUTES = 24 * 60;

/** An opening in minutes of the shop's clock after the midnight at which its day begins. */
export interface OpeningMinutes {
  readonly start: number;
  /** After the beginning, and more than 1,440 if it is on the next day. */
  readonly end: number;
}

export const wholeDay: OpeningMinutes = { start: 0, end: DAY_MINUTES };

/** Reads times of the form `HH:MM`. */
export function toMinutes([startText, endText]: OpeningTimes): OpeningMinutes {
  const start = readClock(startText);
  const end = readClock(endText);
  return { start, end: end > start ? end : end + DAY_MINUTES };
}

function readClock(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}
