import { parseDay } from '../../shared/moments.ts';

/** When a new key ends, as a form offers it. */
export const expiryChoices = [
  { value: 'usual', label: 'In 90 days' },
  { value: 'year', label: 'In a year' },
  { value: 'date', label: 'On a date…' },
  { value: 'never', label: 'Never' },
] as const;

export type ExpiryChoice = (typeof expiryChoices)[number]['value'];

const DAY_MS = 86_400_000;
/** The longest life of a key by the server's clock, less what a request may take. */
const YEAR_MS = 365 * DAY_MS - 60_000;
const ENDS_SOON_MS = 14 * DAY_MS;

/**
 * Returns what a request states about the expiry; null: the date is not complete. A key works on the day itself. `nowMs`
 * is the server's time.
 */
export function stateExpiry(
  choice: ExpiryChoice,
  day: string,
  nowMs: number,
): { readonly expiresAt?: string } | null {
  switch (choice) {
    case 'usual':
      return {};
    case 'never':
      return { expiresAt: 'never' };
    case 'year':
      return { expiresAt: new Date(nowMs + YEAR_MS).toISOString() };
    case 'date': {
      const expiresAt = parseDay(day, 1);
      return expiresAt === null ? null : { expiresAt };
    }
  }
}

/** How near the end of a key is. */
export type KeyLife = 'endless' | 'long' | 'ending' | 'ended';

export function readLife(expiresAt: string | null, nowMs: number): KeyLife {
  if (expiresAt === null) return 'endless';
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return 'ended';
  return leftMs <= ENDS_SOON_MS ? 'ending' : 'long';
}
