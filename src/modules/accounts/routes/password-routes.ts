import { type App, buildContext, buildSource, recordSecurity } from '../../../http/index.ts';
import { readDevice, setDeviceCookie } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { ChangePasswordBody, ForgotPasswordBody, NoReply, ResetPasswordBody } from './schemas.ts';
import { renewCookies } from './send-session.ts';

const tags = ['Accounts'];

export function registerPasswordRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/auth/password',
    {
      schema: {
        operationId: 'changePassword',
        tags,
        summary: 'Change your password',
        description:
          'Every other session of the caller ends, and the access token of this one: a caller by cookie gets new cookies with the reply, another one refreshes.',
        body: ChangePasswordBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.passwordTooCommon, accountsErrors.invalidCredentials] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const device = readDevice(request, false);
      await accounts.changePassword(buildContext(request), caller, request.body, device);
      recordSecurity(request, 'password.changed', { userId: caller.id });
      await renewCookies(accounts, request, reply);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/password/forgot',
    {
      schema: {
        operationId: 'forgotPassword',
        tags,
        summary: 'Request a password reset link',
        description: 'The response is the same whether or not the account exists.',
        body: ForgotPasswordBody,
        response: { 202: NoReply },
      },
    },
    async (request, reply) => {
      const account = await accounts.forgotPassword(request.body.email);
      recordSecurity(request, 'reset.asked', account);
      return reply.code(202).send();
    },
  );

  app.post(
    '/api/auth/password/reset',
    {
      schema: {
        operationId: 'resetPassword',
        tags,
        summary: 'Set a new password with the token from a mail',
        description:
          'A token works once, for 30 minutes. Every session of the user ends. A refused password does not use the token up.',
        body: ResetPasswordBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.resetInvalid, accountsErrors.passwordTooCommon] },
    },
    async (request, reply) => {
      const device = readDevice(request, true);
      const { userId } = await accounts.resetPassword(buildSource(request), request.body, device);
      setDeviceCookie(reply, device);
      recordSecurity(request, 'reset.used', { userId });
      return reply.code(204).send();
    },
  );
}
