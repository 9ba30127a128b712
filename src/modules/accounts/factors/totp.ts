import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/*
 * Time-based one-time codes with the parameters that every app supports. Source: RFC 6238 §1.2 and §4; RFC 4226 §4 (R6:
 * a secret of 160 bits).
 */
const SECRET_BYTES = 20;
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** One step either way, for slow typing and clocks that differ. Source: RFC 6238 §5.2. */
const WINDOW = 1;

export const TOTP_PATTERN = '^[0-9]{6}$';

export function createTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** Returns what an app needs: a URI to show as a QR code, and the secret in base32 to type. */
export function describeTotp(
  secret: Uint8Array,
  { issuer, email }: { readonly issuer: string; readonly email: string },
): { readonly uri: string; readonly secret: string } {
  const totp = buildTotp(secret, { issuer, label: email });
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/** Returns the time step whose code this is, near the given time; null if there is none. */
export function findTotpStep(secret: Uint8Array, code: string, atMs: number): number | null {
  const delta = buildTotp(secret).validate({ token: code, timestamp: atMs, window: WINDOW });
  return delta === null ? null : Math.floor(atMs / (PARAMETERS.period * 1000)) + delta;
}

function buildTotp(secret: Uint8Array, label: { issuer?: string; label?: string } = {}): TOTP {
  // A copy: `secret` may be a view of a larger buffer.
  return new TOTP({
    ...PARAMETERS,
    ...label,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });
}
