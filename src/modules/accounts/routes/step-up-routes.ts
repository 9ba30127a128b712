import { type App, buildSource, recordSecurity } from '../../../http/index.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { readDevice } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { LogInReply, StepUpBody } from './factor-schemas.ts';
import { sendSession, wantsCookies } from './send-session.ts';

export function registerStepUpRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/auth/step-up',
    {
      schema: {
        operationId: 'stepUp',
        tags: ['Accounts'],
        summary: 'Prove again who you are',
        description:
          'With one of `totp`, `recoveryCode` and `passkey`, or with `password` while the account has no second factor. Returns a new session, with which operations that ask for a recent proof are allowed for ten minutes; it replaces that of the request and ends when that would have. Without a proof, returns a challenge for a passkey, which is then sent alone. Failures count with those of signing in.',
        body: StepUpBody,
        response: { 200: LogInReply },
      },
      config: {
        errors: [
          authErrors.stepUpRequired,
          accountsErrors.invalidCredentials,
          accountsErrors.factorInvalid,
          accountsErrors.challengeInvalid,
          accountsErrors.codesExhausted,
        ],
      },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const { credentials, ...proof } = request.body;
      const getsCookie = wantsCookies(request, credentials) || request.callerBy === 'cookie';
      const device = readDevice(request, getsCookie);
      const result = await accounts.stepUp(buildSource(request), caller, proof, device);
      if (result.kind === 'challenge') return reply.send({ challenge: result.challenge });
      const { session, facts } = result;
      for (const { event, details } of facts) recordSecurity(request, event, details);
      return sendSession(request, reply, session, { credentials, device });
    },
  );
}
