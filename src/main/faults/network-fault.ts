import { isTlsErrorCode } from '../../shared/tls-error.ts';

/** An error of the operating system about an address; if several were tried, about the first. */
export type SystemCause = NodeJS.ErrnoException & { readonly address?: string };

/** Returns the innermost error: that of a driver or the operating system. */
export function findInnermostCause(error: unknown): SystemCause {
  let inner = error;
  while (inner instanceof Error) {
    if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
    else if (inner.cause instanceof Error) inner = inner.cause;
    else break;
  }
  return inner instanceof Error ? inner : new Error(String(inner));
}

export interface NetworkTarget {
  /** Host and port. */
  readonly place: string;
  /** The variable that contains the address. */
  readonly variable: string;
  /** The expected program, such as "PostgreSQL". */
  readonly program: string;
}

/** Returns why an address could not be reached, and what to do. Null if the error does not concern that. */
export function networkFault(
  { code = '', message }: SystemCause,
  { place, variable, program }: NetworkTarget,
): string | null {
  // Some drivers have their own codes and quote the system's in the message.
  const [reason] = SYSTEM_CODE.exec(`${code} ${message}`) ?? [];
  switch (reason) {
    case 'ECONNREFUSED':
      return `nothing listens at ${place}. Start ${program} there, or correct ${variable}.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host of ${place} does not resolve. Correct the name in ${variable}, or the name service.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${place} does not respond (${reason}). Check the network and ${variable}.`;
    default:
      return null;
  }
}

const SYSTEM_CODE = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;

/** Returns whether TLS failed: the server does not offer it, or its certificate is not trusted. */
export function isTlsError({ code = '', message }: SystemCause): boolean {
  return isTlsErrorCode(code) || /SSL connection|certificate|wrong version number/.test(message);
}

export interface TlsFault {
  /** Why a connection cannot be secured, without Node's own advice. */
  readonly reason: string;
  /** What is wrong: the authority, the name, or something else. */
  readonly kind: 'authority' | 'name' | 'other';
}

export function describeTlsFault({ message }: SystemCause): TlsFault {
  const reason = firstLine(message)
    .replace(/; if the root CA .*/, '')
    .replace(/\.+$/, '');
  if (/self-signed|unable to (verify|get)/.test(reason)) return { reason, kind: 'authority' };
  return { reason, kind: /altnames/.test(reason) ? 'name' : 'other' };
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
