/** What the system said of an address, and of several that were tried of the first. */
export type SystemCause = NodeJS.ErrnoException & { readonly address?: string };

/** The error at the bottom: what a driver or the system said. */
export function findInnermostCause(error: unknown): SystemCause {
  let inner = error;
  while (inner instanceof Error) {
    if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
    else if (inner.cause instanceof Error) inner = inner.cause;
    else break;
  }
  return inner instanceof Error ? inner : new Error(String(inner));
}

export interface ReachedPhase {
  /** Host and port. */
  readonly place: string;
  /** The variable that names it. */
  readonly variable: string;
  /** What should be there, such as "PostgreSQL". */
  readonly program: string;
}

/** Why an address could not be reached, and what to do; null when this error says nothing about that. */
export function networkFault(
  { code = '', message }: SystemCause,
  { place, variable, program }: ReachedPhase,
): string | null {
  // Some drivers have codes of their own, and the system's in their words.
  const [reason] = SYSTEM_CODE.exec(`${code} ${message}`) ?? [];
  switch (reason) {
    case 'ECONNREFUSED':
      return `nothing listens at ${place}. Start ${program} there, or correct ${variable}.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name service knows no host of ${place}. Correct the name in ${variable}, or the name service.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `nobody answers at ${place} (${reason}). Look at the network, and at ${variable}.`;
    default:
      return null;
  }
}

const SYSTEM_CODE = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_CA|EPROTO$|ETLS)/;

/** Whether no safe connection came about: no TLS there, or a certificate that is not to be trusted. */
export function isTlsError({ code = '', message }: SystemCause): boolean {
  return TLS_CODE.test(code) || /SSL connection|certificate|wrong version number/.test(message);
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
