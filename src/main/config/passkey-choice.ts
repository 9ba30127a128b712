import { isIP } from 'node:net';
import type { PasskeyScope } from '../../modules/accounts/index.ts';
import type { Values } from './variables.ts';

interface Addresses {
  readonly publicUrl: string;
  readonly consoleUrl: string | null;
}

/** Returns where passkeys can be used: at the addresses in their domain. Null if none is in one. */
export function choosePasskeys(
  { WEBAUTHN_RP_ID }: Values,
  addresses: Addresses,
): PasskeyScope | null {
  const { publicUrl, consoleUrl } = addresses;
  const rpId = WEBAUTHN_RP_ID ?? new URL(consoleUrl ?? publicUrl).hostname;
  const originsOf = (urls: readonly string[]) =>
    urls
      .map((url) => new URL(url))
      .filter(({ hostname }) => isWithin(hostname, rpId))
      .map(({ origin }) => origin);
  const origins = originsOf(consoleUrl === null ? [publicUrl] : [publicUrl, consoleUrl]);
  const staffOrigins = originsOf([consoleUrl ?? publicUrl]);
  return isAddress(rpId) || origins.length === 0 ? null : { rpId, origins, staffOrigins };
}

export function passkeyFaults({ WEBAUTHN_RP_ID: rpId, PUBLIC_URL, CONSOLE_URL }: Values): string[] {
  const urls = [PUBLIC_URL, CONSOLE_URL].filter((url) => url !== undefined);
  if (rpId === undefined || urls.length === 0) return [];
  if (urls.some((url) => isWithin(new URL(url).hostname, rpId))) return [];
  return [
    `WEBAUTHN_RP_ID is ${rpId}, but ${urls.length === 1 ? 'PUBLIC_URL is not' : 'neither PUBLIC_URL nor CONSOLE_URL is'} at this domain or below it, so browsers would refuse every passkey: set the host of PUBLIC_URL or a domain above it.`,
  ];
}

/** Source: WebAuthn Level 3 §4, "RP ID". */
function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}
