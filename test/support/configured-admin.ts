import assert from 'node:assert/strict';
import { createSession, type Session } from './session.ts';

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/**
 * Signs in as the admin of ADMIN_EMAIL and ADMIN_PASSWORD, who chooses a new password at the first sign-in. May be
 * called any number of times, also after a restart.
 */
export async function signInAsConfiguredAdmin(url: string, given: Credentials): Promise<Session> {
  const chosen = { ...given, password: `${given.password}, chosen` };
  const later = await signIn(url, chosen);
  if (later !== null) return later;
  const first = await signIn(url, given);
  assert.ok(first !== null, 'the configured admin cannot sign in');
  const body = { currentPassword: given.password, newPassword: chosen.password };
  const changed = await first.post('/api/auth/password', body);
  assert.equal(changed.status, 204, changed.text);
  const session = await signIn(url, chosen);
  assert.ok(session !== null);
  return session;
}

/** Returns null if the password is wrong. */
async function signIn(url: string, credentials: Credentials): Promise<Session | null> {
  const reply = await createSession(url).post('/api/auth/login', credentials);
  if (reply.status === 401) return null;
  assert.equal(reply.status, 200, reply.text);
  const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
  return createSession(url, { ...credentials, accessToken, userId: user.id });
}
