import type { Database } from '../../../src/database/database.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import {
  type Behaviour,
  createTestAuthenticator,
  type TestAuthenticator,
} from '../../support/authenticator.ts';
import { createTestTotp, freshStep } from '../../support/totp.ts';
import {
  callerBehind,
  newEmail,
  PASSWORD,
  PUBLIC_URL,
  type TestAccounts,
} from './accounts-fixture.ts';

/** Signs up a customer, whose address is proven. */
export async function signUpCaller(accounts: TestAccounts) {
  const email = newEmail();
  const session = await accounts.signUp({ email, password: PASSWORD });
  await accounts.proveAddress(session.user.id);
  return { email, session, caller: await callerBehind(accounts, session.accessToken) };
}

/** Signs up a customer and adds an authenticator app. */
export async function signUpWithTotp(accounts: TestAccounts) {
  const { email, session, caller } = await signUpCaller(accounts);
  const pending = await accounts.addTotp(caller, { name: 'My telephone' });
  const app = createTestTotp(pending.secret);
  await freshStep();
  // The code of the step before, so that those of now and of the next step can still be used.
  const { recoveryCodes = [] } = await accounts.confirmTotp(caller, pending.id, app.code(-1));
  return { email, session, user: session.user, caller, factorId: pending.id, app, recoveryCodes };
}

/** Signs in with the password and returns the challenge of the second factor. */
export async function beginLogIn(accounts: TestAccounts, email: string) {
  const result = await accounts.tryLogIn({ email, password: PASSWORD });
  if (result.kind !== 'challenge') throw new Error('this user has no second factor');
  return result.challenge;
}

/** Lets a user's app use the codes of earlier steps again. */
export async function forgetSteps(database: Database, userId: string): Promise<void> {
  await database.run(
    'test.forget_steps',
    'update factors set last_step = null where user_id = $1::uuid',
    [userId],
  );
}

/** Signs up a customer and adds a passkey. */
export async function signUpWithPasskey(accounts: TestAccounts, behaviour?: Partial<Behaviour>) {
  const { email, session, caller } = await signUpCaller(accounts);
  const device = createTestAuthenticator({ origin: PUBLIC_URL, ...behaviour });
  const added = await addTestPasskey(accounts, caller, device);
  return { email, session, user: session.user, caller, device, added };
}

export async function addTestPasskey(
  accounts: TestAccounts,
  caller: UserCaller,
  device: TestAuthenticator,
) {
  const { id, publicKey } = await accounts.createPasskeyOptions(caller);
  return accounts.addPasskey(caller, { id, response: device.create(publicKey) });
}

/** Lets five minutes pass for a challenge. */
export async function expireChallenge(database: Database, id: string): Promise<void> {
  await database.run(
    'test.expire_challenge',
    `update factor_challenges set expires_at = expires_at - interval '5 minutes' where id = $1::uuid`,
    [id],
  );
}
