import { isIP } from 'node:net';
import type { PasskeyScope } from '../../modules/accounts/index.ts';
import type { Values } from './variables.ts';

/** Returns where passkeys can be used; null if the shop has no domain. */
export function choosePasskeys({ WEBAUTHN_RP_ID }: Values, publicUrl: string): PasskeyScope | null {
  const { hostname, origin } = new URL(publicUrl);
  const rpId = WEBAUTHN_RP_ID ?? hostname;
  return isAddress(rpId) || !isWithin(hostname, rpId) ? null : { rpId, origins: [origin] };
}

export function passkeyFaults({ WEBAUTHN_RP_ID: rpId, PUBLIC_URL: publicUrl }: Values): string[] {
  if (rpId === undefined || publicUrl === undefined) return [];
  if (isWithin(new URL(publicUrl).hostname, rpId)) return [];
  return [
    `WEBAUTHN_RP_ID is ${rpId}, but PUBLIC_URL is not at this domain or below it, so browsers would refuse every passkey: set the host of PUBLIC_URL or a domain above it.`,
  ];
}

/** Source: WebAuthn Level 3 §4, "RP ID". */
function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}
