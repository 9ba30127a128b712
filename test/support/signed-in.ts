import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import { createUser } from '../../src/modules/accounts/index.ts';
import type { Role } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import type { TestServer } from './server.ts';
import { createSession, type Reply, type Session } from './session.ts';
import { testAuthor } from './shop.ts';
import { createTestTotp, freshStep, type TestTotp } from './totp.ts';

/** A session that can go on, as a program's does. */
export interface SignedIn {
  readonly session: Session;
  readonly refreshToken: string;
}

type Server = Pick<TestServer, 'url' | 'anonymous' | 'database'>;

/** Creates a user who can sign in. */
export async function createCredentials(
  database: Database,
  role: Role,
  options: { readonly passwordChangeRequired?: boolean } = {},
): Promise<{ readonly email: string; readonly password: string }> {
  const email = `${newId()}@example.com`;
  const password = `a phrase of ${email}`;
  await createUser(database, testAuthor, { email, password, role, ...options });
  return { email, password };
}

/** Creates a user and signs them in. */
export async function signInAs(server: Server, role: Role): Promise<SignedIn> {
  return signIn(server, await createCredentials(server.database, role));
}

/** Signs in a user without a second factor. */
export async function signIn(
  server: Server,
  credentials: { readonly email: string; readonly password: string },
): Promise<SignedIn> {
  return readSession(
    server,
    await server.anonymous.post('/api/auth/login', credentials),
    credentials,
  );
}

/** Reads the reply to a sign-in, a refresh or a step-up. */
export function readSession(
  { url }: Pick<Server, 'url'>,
  reply: Reply,
  { email, password }: { readonly email: string; readonly password: string },
): SignedIn {
  assert.equal(reply.status, 200, reply.text);
  const { accessToken, refreshToken, user } = reply.json<{
    accessToken: string;
    refreshToken: string;
    user: { id: string };
  }>();
  const identity = { email, password, accessToken, userId: user.id };
  return { session: createSession(url, identity), refreshToken };
}

export async function refresh(
  server: Server,
  { session, refreshToken }: SignedIn,
): Promise<SignedIn> {
  const reply = await server.anonymous.post('/api/auth/refresh', { refreshToken });
  return readSession(server, reply, session.identity);
}

/** Makes the last proof of who a user is older, and refreshes their session, as one does that goes on. */
export async function ageProof(
  server: Server,
  signedIn: SignedIn,
  minutes = 11,
): Promise<SignedIn> {
  await server.database.run(
    'test.age_proof',
    `update refresh_families
        set authenticated_at = authenticated_at - make_interval(mins => $2::int)
      where user_id = $1::uuid`,
    [signedIn.session.identity.userId, minutes],
  );
  return refresh(server, signedIn);
}

/** Adds an authenticator app to a user, whose session goes on. */
export async function addApp(
  server: Server,
  signedIn: SignedIn,
): Promise<SignedIn & { readonly app: TestTotp; readonly recoveryCodes: readonly string[] }> {
  const made = await signedIn.session.post('/api/auth/factors/totp', {});
  assert.equal(made.status, 201, made.text);
  const { id, secret } = made.json<{ id: string; secret: string }>();
  const app = createTestTotp(secret);
  await freshStep();
  // The code of the step before, so that those of now and of the next step can still be used.
  const code = app.code(-1);
  const confirmed = await signedIn.session.post(`/api/auth/factors/totp/${id}/confirm`, { code });
  assert.equal(confirmed.status, 200, confirmed.text);
  const { recoveryCodes = [] } = confirmed.json<{ recoveryCodes?: string[] }>();
  return { ...(await refresh(server, signedIn)), app, recoveryCodes };
}
