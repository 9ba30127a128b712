import assert from 'node:assert/strict';

/** The headers that every reply of every server has. */
const everywhere: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\).*microphone=\(\)/,
  'x-request-id': /^\S+$/,
  'cache-control': /\S/,
};

const policyParts = [
  /(^|; )default-src 'none'(;|$)/,
  /(^|; )base-uri 'none'(;|$)/,
  /(^|; )frame-ancestors 'none'(;|$)/,
];

/** Asserts the headers of a reply. Each occurs once. */
export function assertSecurityHeaders(
  headers: { get(name: string): string | null },
  about: string,
  { isHttps }: { readonly isHttps: boolean },
): void {
  for (const [name, pattern] of Object.entries(everywhere)) {
    const value = headers.get(name) ?? '';
    assert.match(value, pattern, `${about}: ${name}`);
    if (name !== 'permissions-policy' && name !== 'cache-control') {
      assert.ok(!value.includes(','), `${about}: ${name} twice`);
    }
  }
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of policyParts) assert.match(policy, part, `${about}: the policy "${policy}"`);
  assert.doesNotMatch(policy, /https?:|'unsafe-eval'|\*/, about);
  const transport = isHttps ? 'max-age=31536000; includeSubDomains' : null;
  assert.equal(headers.get('strict-transport-security'), transport, about);
  for (const name of ['x-powered-by', 'server']) assert.equal(headers.get(name), null, about);
}

/** Returns the headers of a reply that was read as raw text. */
export function headersIn(head: string): Headers {
  const headers = new Headers();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
