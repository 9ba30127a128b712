/**
 * Returns the wait of `Retry-After`, given in seconds or as a date; 0 without it. A date is compared with the server's
 * `Date`, because our clock may be wrong. Source: RFC 9110 §10.2.3.
 */
export function retryAfterMs(response: Response): number {
  const text = response.headers.get('retry-after');
  if (text === null) return 0;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const repliedAtMs = Date.parse(response.headers.get('date') ?? '');
  const ms = Date.parse(text) - (Number.isNaN(repliedAtMs) ? Date.now() : repliedAtMs);
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
