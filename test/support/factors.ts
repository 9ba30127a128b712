import assert from 'node:assert/strict';
import { createTestAuthenticator, type TestAuthenticator } from './authenticator.ts';
import type { TestServer } from './server.ts';
import { createSession, type Session } from './session.ts';
import { createTestTotp, freshStep, type TestTotp } from './totp.ts';

/** A user of a server with an authenticator app. */
export interface TotpUser {
  /** Signed in; its access token knows of the factor. */
  readonly session: Session;
  readonly factorId: string;
  readonly app: TestTotp;
  readonly recoveryCodes: readonly string[];
}

/** Adds an authenticator app over HTTP, and signs in again with it. */
export async function addTotpTo(server: TestServer, session: Session): Promise<TotpUser> {
  const pending = await session.post('/api/auth/factors/totp', {});
  assert.equal(pending.status, 201, pending.text);
  const { id, secret } = pending.json<{ id: string; secret: string }>();
  const app = createTestTotp(secret);
  await freshStep();
  const confirmed = await session.post(`/api/auth/factors/totp/${id}/confirm`, {
    code: app.code(-1),
  });
  assert.equal(confirmed.status, 200, confirmed.text);
  const { recoveryCodes } = confirmed.json<{ recoveryCodes: string[] }>();
  const { email, password } = session.identity;
  const begun = await server.anonymous.post('/api/auth/login', { email, password });
  const { challenge } = begun.json<{ challenge: { id: string } }>();
  const verified = await server.anonymous.post('/api/auth/login/verify', {
    challengeId: challenge.id,
    totp: app.code(),
  });
  assert.equal(verified.status, 200, verified.text);
  const { accessToken } = verified.json<{ accessToken: string }>();
  const renewed = createSession(server.url, { ...session.identity, accessToken });
  return { session: renewed, factorId: id, app, recoveryCodes };
}

/** Creates a passkey for a user over HTTP; `body` adds it. */
export async function createPasskeyFor(
  session: Session,
  origin: string,
): Promise<{ readonly device: TestAuthenticator; readonly body: object }> {
  const options = await session.post('/api/auth/factors/passkeys/options', {});
  assert.equal(options.status, 200, options.text);
  const { id, publicKey } = options.json<{
    id: string;
    publicKey: Parameters<TestAuthenticator['create']>[0];
  }>();
  const device = createTestAuthenticator({ origin });
  return { device, body: { id, name: 'My telephone', response: device.create(publicKey) } };
}
