import assert from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';
import { until } from './until.ts';

const PERIOD_MS = 30_000;
/** Longer than a test needs a step to last. */
const ENOUGH_MS = 8_000;

/** Waits at the end of a time step for the next one, so that a code does not age while a test runs. */
export function freshStep(): Promise<void> {
  return until(async () => {
    assert.ok(TOTP.remaining() > ENOUGH_MS);
  }, 2 * ENOUGH_MS);
}

/** An authenticator app with one secret, whose clock is this machine's. */
export interface TestTotp {
  /** Returns the code of now, or of as many time steps later or, negative, earlier. */
  code(stepsLater?: number): string;
  /** Returns a code that is neither that of now nor of a neighbouring step. */
  wrongCode(): string;
  readonly secretHex: string;
}

/** Creates the app from the secret in base32, as a person types it. */
export function createTestTotp(secret: string): TestTotp {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6 });
  const code = (stepsLater = 0) =>
    totp.generate({ timestamp: Date.now() + stepsLater * PERIOD_MS });
  return {
    code,
    secretHex: totp.secret.hex.toLowerCase(),
    wrongCode() {
      const near = [-2, -1, 0, 1, 2].map(code);
      for (let digits = 0; ; digits += 1) {
        const candidate = String(digits).padStart(6, '0');
        if (!near.includes(candidate)) return candidate;
      }
    },
  };
}
