import type { EndpointRow } from './queries.ts';
import type { EndpointView } from './schemas.ts';

type AuditedEndpoint = Pick<EndpointRow, 'url' | 'eventTypes' | 'active'>;

/** Returns an endpoint as the audit shows it, without its secrets. */
export function auditedEndpoint({ url, eventTypes, active }: EndpointRow): AuditedEndpoint {
  return { url: maskQuery(url), eventTypes, active };
}

/** Returns the audited change of an endpoint. Says so if its URL changed only where it is masked. */
export function auditedChange(before: EndpointRow, after: EndpointRow) {
  const [earlier, later] = [auditedEndpoint(before), auditedEndpoint(after)];
  const isHidden = before.url !== after.url && earlier.url === later.url;
  return { before: earlier, after: isHidden ? { ...later, queryReplaced: true } : later };
}

/** Receivers often take a token in the query, and a row of the audit stays for ever. */
function maskQuery(url: string): string {
  const start = url.indexOf('?') + 1;
  if (start === 0) return url;
  return url.slice(0, start) + url.slice(start).replace(/(?<=^|&)([^=&]*=|)[^&]+/g, '$1[Redacted]');
}

export function presentEndpoint(row: EndpointRow): EndpointView {
  const { id, url, eventTypes: types, active, createdAt } = row;
  return { id, url, eventTypes: types, active, createdAt: createdAt.toISOString() };
}
