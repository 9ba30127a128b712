import type { CDPSession, Page } from 'playwright-core';

/** A device's own keeper of passkeys, which the browser simulates. It confirms every request at once. */
export interface Authenticator {
  /** Returns how many passkeys it has. */
  countPasskeys(): Promise<number>;
  /** From now on, its user does not confirm requests. */
  refuse(): Promise<void>;
  /** Loses all passkeys, as with the device. */
  lose(): Promise<void>;
}

/** Gives the page an authenticator. Chromium simulates it. */
export async function addAuthenticator(page: Page): Promise<Authenticator> {
  const devtools: CDPSession = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async countPasskeys() {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.length;
    },
    async refuse() {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    },
    async lose() {
      await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    },
  };
}
