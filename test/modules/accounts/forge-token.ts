import { createHmac } from 'node:crypto';

type Part = Readonly<Record<string, unknown>>;

/** Returns the parts of a token, and a function that signs a token with other parts, so only its contents are wrong. */
export function forger(token: string, secretOfToken: string) {
  const [header, payload] = token.split('.').slice(0, 2).map(read) as [Part, Part];

  function forge(
    changedHeader: Part,
    changedPayload: Part = {},
    secret = secretOfToken,
    hash = 'sha256',
  ): string {
    const input = [
      { ...header, ...changedHeader },
      { ...payload, ...changedPayload },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
  }

  return { header, payload, forge };
}

function read(part: string | undefined): Part {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
}
