import { queryOptions } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import type { FulfilmentType } from './fulfilment.ts';

/** The slots of a day of the shop (`2026-12-01`). `type` left out: the first type that the shop offers. */
export function slotsQuery(date: string, type?: FulfilmentType) {
  const query = type === undefined ? { date } : { date, type };
  return queryOptions({
    queryKey: ['slots', date, type],
    queryFn: () => readBody(api.GET('/api/slots', { params: { query } })),
    enabled: date !== '',
  });
}
