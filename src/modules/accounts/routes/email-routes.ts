import { type App, buildSource, NoBody, recordSecurity } from '../../../http/index.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { LinkBody, NoReply } from './schemas.ts';

const tags = ['Accounts'];

export function registerEmailRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/auth/verify-email',
    {
      schema: {
        operationId: 'verifyEmail',
        tags,
        summary: 'Confirm an e-mail address with the token from a mail',
        description:
          'Proves the address of an account, or gives an account the new address that its user has asked for. A token works once, for 24 hours, signed in or not.',
        body: LinkBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.linkInvalid, accountsErrors.emailTaken] },
    },
    async (request, reply) => {
      const { event, details } = await accounts.verifyEmail(buildSource(request), request.body);
      recordSecurity(request, event, details);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/verify-email/send',
    {
      schema: {
        operationId: 'requestVerification',
        tags,
        summary: 'Request another link that confirms your e-mail address',
        description:
          'At most five an hour are sent, and none if the address is confirmed. The response is the same.',
        body: NoBody,
        response: { 202: NoReply },
      },
    },
    async (request, reply) => {
      await accounts.requestVerification(requireUserCaller(request));
      return reply.code(202).send();
    },
  );

  app.post(
    '/api/auth/email/undo',
    {
      schema: {
        operationId: 'undoEmailChange',
        tags,
        summary: 'Undo a change of an e-mail address with the token from a mail',
        description:
          'Gives the account the address back that got the mail, or stops a change that is not confirmed yet. A token works once, until seven days after the change. Every session of the user ends.',
        body: LinkBody,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.linkInvalid, accountsErrors.emailTaken] },
    },
    async (request, reply) => {
      const { userId } = await accounts.undoEmailChange(buildSource(request), request.body);
      recordSecurity(request, 'email.change_undone', { userId });
      return reply.code(204).send();
    },
  );
}
