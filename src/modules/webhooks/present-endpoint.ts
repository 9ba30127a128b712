import type { EndpointRow } from './queries.ts';
import type { EndpointView } from './schemas.ts';

type AuditedEndpoint = Pick<EndpointRow, 'url' | 'eventTypes' | 'active'>;

/** Returns an endpoint as the audit shows it, without its secrets. */
export function auditedEndpoint({ url, eventTypes, active }: EndpointRow): AuditedEndpoint {
  return { url: maskUrl(url), eventTypes, active };
}

/** Returns the audited change of an endpoint. Says so if its URL changed only where it is masked. */
export function auditedChange(before: EndpointRow, after: EndpointRow) {
  const [earlier, later] = [auditedEndpoint(before), auditedEndpoint(after)];
  const isHidden = before.url !== after.url && earlier.url === later.url;
  return { before: earlier, after: isHidden ? { ...later, urlReplaced: true } : later };
}

/**
 * Masks the path and the values of the query. Receivers often take a token in either, some of a few letters, and a row of the audit
 * stays for ever.
 */
function maskUrl(text: string): string {
  const { origin, pathname, search } = new URL(text);
  const query = search.replace(/(?<=[?&])([^=&]*=|)[^&]+/g, '$1[Redacted]');
  return `${origin}/${pathname === '/' ? '' : '[Redacted]'}${query}`;
}

export function presentEndpoint(row: EndpointRow): EndpointView {
  const { id, url, eventTypes: types, active, createdAt } = row;
  return { id, url, eventTypes: types, active, createdAt: createdAt.toISOString() };
}
