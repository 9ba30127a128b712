import type { EndpointRow } from './queries.ts';
import type { EndpointView } from './schemas.ts';

export function presentEndpoint(row: EndpointRow): EndpointView {
  const { id, url, eventTypes: types, active, createdAt } = row;
  return { id, url, eventTypes: types, active, createdAt: createdAt.toISOString() };
}
