import type { EndpointRow } from './queries.ts';
import type { EndpointView } from './schemas.ts';

/** Returns an endpoint as the audit shows it, without its secrets. */
export function auditedEndpoint({ url, eventTypes, active }: EndpointRow) {
  return { url, eventTypes, active };
}

export function presentEndpoint(row: EndpointRow): EndpointView {
  const { id, url, eventTypes: types, active, createdAt } = row;
  return { id, url, eventTypes: types, active, createdAt: createdAt.toISOString() };
}
