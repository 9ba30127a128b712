import type { App } from '../../http/index.ts';
import { accountsErrors } from './errors.ts';
import { ChangePasswordBody, ForgotPasswordBody, NoReply, ResetPasswordBody } from './schemas.ts';
import type { Accounts } from './use-cases.ts';
import { requireUserCaller } from './user-caller.ts';

const tags = ['Accounts'];

export function registerPasswordRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/auth/password',
    {
      schema: {
        operationId: 'changePassword',
        tags,
        summary: 'Change the own password',
        description: 'Every other session of the caller ends.',
        body: ChangePasswordBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.passwordTooCommon, accountsErrors.invalidCredentials] },
    },
    async (request, reply) => {
      await accounts.changePassword(requireUserCaller(request), request.body);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/password/forgot',
    {
      schema: {
        operationId: 'forgotPassword',
        tags,
        summary: 'Ask for a link to choose a new password',
        description: 'The same answer whether or not there is such an account.',
        body: ForgotPasswordBody,
        response: { 202: NoReply },
      },
    },
    async (request, reply) => {
      await accounts.forgotPassword(request.body.email);
      return reply.code(202).send();
    },
  );

  app.post(
    '/api/auth/password/reset',
    {
      schema: {
        operationId: 'resetPassword',
        tags,
        summary: 'Choose a new password by the token of a mail',
        description:
          'A token works once, for 30 minutes. Every session of the user ends. A password that is refused does not use it up.',
        body: ResetPasswordBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.resetInvalid, accountsErrors.passwordTooCommon] },
    },
    async (request, reply) => {
      await accounts.resetPassword(request.body);
      return reply.code(204).send();
    },
  );
}
