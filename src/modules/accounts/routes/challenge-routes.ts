import { type App, buildSource, NoBody, recordSecurity } from '../../../http/index.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { readDevice } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { PasskeyChallengeReply, VerifyBody } from './factor-schemas.ts';
import { SessionReply } from './schemas.ts';
import { sendSession, wantsCookies } from './send-session.ts';

const tags = ['Accounts'];

export function registerChallengeRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/auth/login/passkey',
    {
      schema: {
        operationId: 'beginPasskeyLogIn',
        tags,
        summary: 'Sign in with a passkey alone',
        description:
          'Returns a challenge for any passkey of this shop, which `POST /api/auth/login/verify` meets. The passkey has to verify its user.',
        body: NoBody,
        response: { 200: PasskeyChallengeReply },
      },
      config: { errors: [accountsErrors.passkeysUnavailable] },
    },
    async () => ({ challenge: await accounts.beginPasskeyLogIn() }),
  );

  app.post(
    '/api/auth/login/verify',
    {
      schema: {
        operationId: 'verifyLogIn',
        tags,
        summary: 'Meet the challenge of a sign-in',
        description:
          'With exactly one of `totp`, `recoveryCode` and `passkey`. A challenge lives for five minutes and succeeds once; after a wrong proof it can be tried again. Failures count per account over all challenges: after 10 in an hour one code of an app is tried a minute, after 50 in a day none.',
        body: VerifyBody,
        response: { 200: SessionReply },
      },
      config: {
        errors: [
          authErrors.originNotAllowed,
          accountsErrors.challengeInvalid,
          accountsErrors.factorInvalid,
          accountsErrors.codesExhausted,
          accountsErrors.staffAtConsole,
        ],
      },
    },
    async (request, reply) => {
      const { credentials, ...input } = request.body;
      const device = readDevice(request, wantsCookies(request, credentials));
      const source = buildSource(request);
      const { session, facts } = await accounts.verifyLogIn(source, input, device);
      for (const { event, details } of facts) recordSecurity(request, event, details);
      return sendSession(request, reply, session, { credentials, device });
    },
  );
}
