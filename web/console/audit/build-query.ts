import { LATEST_DAY, parseDay } from '../../shared/moments.ts';
import { addDays } from '../../shared/shop-clock.ts';
import { toInstant } from '../parts/shop-clock.ts';

/** What a list of changes is limited to, as the API calls it. */
export interface AuditQuery {
  readonly actor?: string;
  readonly subject?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
}

export const auditFilterNames = ['actor', 'subject', 'type', 'from', 'to'] as const;
export type AuditFilterName = (typeof auditFilterNames)[number];

/** Builds the API's query from the URL's. Days begin and end on the shop's clock, and the last day is included. */
export function buildQuery(filters: string, timeZone: string): AuditQuery {
  const parameters = new URLSearchParams(filters);
  const entries = auditFilterNames.flatMap((name) => {
    const value = parameters.get(name)?.trim();
    if (!value) return [];
    const text = name === 'from' || name === 'to' ? toLimit(name, value, timeZone) : value;
    return text === null ? [] : [[name, text]];
  });
  return Object.fromEntries(entries);
}

function toLimit(name: 'from' | 'to', day: string, timeZone: string): string | null {
  // An invalid day is sent unchanged: the server refuses it, and the refusal is shown.
  if (parseDay(day) === null) return day;
  if (name === 'from') return toInstant(day, '00:00', timeZone);
  return day === LATEST_DAY ? null : toInstant(addDays(day, 1), '00:00', timeZone);
}
