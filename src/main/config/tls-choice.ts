import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type KeyPair, secureContextOptions } from '../../http/index.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { SecretFile } from './secret-files.ts';

export interface TlsChoice {
  readonly keyPair: KeyPair;
  /** The absolute paths that the pair came from; null if a part of it is in the environment, and so never changes. */
  readonly files: { readonly certificate: string; readonly key: string } | null;
}

interface Given {
  readonly TLS_CERTIFICATE?: string;
  readonly TLS_KEY?: string;
}

/** Returns what the server presents; null if it speaks plain HTTP. */
export function chooseTls(
  { TLS_CERTIFICATE: certificate, TLS_KEY: key }: Given,
  files: readonly SecretFile[],
): TlsChoice | null {
  if (certificate === undefined || key === undefined) return null;
  const pathOf = (name: string) => files.find(({ variable }) => variable === name)?.path;
  const [certificatePath, keyPath] = [pathOf('TLS_CERTIFICATE_FILE'), pathOf('TLS_KEY_FILE')];
  return {
    keyPair: { certificate, key },
    files:
      certificatePath === undefined || keyPath === undefined
        ? null
        : { certificate: certificatePath, key: keyPath },
  };
}

/** Returns one sentence for each contradiction. */
export function tlsFaults({ TLS_CERTIFICATE: certificate, TLS_KEY: key }: Given): string[] {
  if ((certificate === undefined) !== (key === undefined)) {
    return ['TLS_CERTIFICATE and TLS_KEY go together: set both, or neither.'];
  }
  if (certificate === undefined || key === undefined) return [];
  const fault = findPairFault({ certificate, key });
  return fault === null ? [] : [fault];
}

/** Returns why two values that are readable cannot be used together, as a sentence, or null. */
export function findPairFault(keyPair: KeyPair): string | null {
  const { certificate, key } = keyPair;
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    return 'TLS_KEY is not the key of the first certificate in TLS_CERTIFICATE, which is that of this server.';
  }
  try {
    createSecureContext(secureContextOptions(keyPair));
    return null;
  } catch (error) {
    const reason = (error as { reason?: string }).reason ?? 'unknown';
    return `TLS_CERTIFICATE and TLS_KEY cannot be used, since OpenSSL refuses them (${reason}).`;
  }
}

/** Returns why clients would refuse a certificate at this time, as a sentence, or null. */
export function findPeriodFault({ certificate }: KeyPair, now: Date): string | null {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  if (validToDate <= now) {
    return `The certificate in TLS_CERTIFICATE ended on ${validToDate.toISOString()}: renew it.`;
  }
  if (validFromDate > now) {
    return `The certificate in TLS_CERTIFICATE is valid from ${validFromDate.toISOString()} on, which is in the future: check the clock, or use another.`;
  }
  return null;
}

/** Throws ConfigurationError if clients would refuse the certificate of this server at this time. */
export function requireValidCertificate({ tls }: { readonly tls: TlsChoice | null }, now: Date) {
  const fault = tls === null ? null : findPeriodFault(tls.keyPair, now);
  if (fault !== null) throw new ConfigurationError([fault]);
}
