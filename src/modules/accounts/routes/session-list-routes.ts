import { type App, buildContext, IdParameter, recordSecurity } from '../../../http/index.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { NoReply, SessionListReply, UserSessionParameters } from './schemas.ts';
import { clearBrowser } from './send-session.ts';

const ENDS = 'Takes effect within five seconds on every server.';

export function registerSessionListRoutes(app: App, accounts: Accounts): void {
  registerOwnSessions(app, accounts);
  registerUserSessions(app, accounts);

  app.delete(
    '/api/operations/sessions',
    {
      schema: {
        operationId: 'endAllSessions',
        tags: ['Operating'],
        summary: 'End the sessions of everyone',
        description: `Those of customers, staff and the caller alike: everyone has to sign in again. API keys and the tokens of orders stay valid. ${ENDS}`,
        response: { 204: NoReply },
      },
    },
    async (request, reply) => {
      await accounts.endAllSessions(buildContext(request));
      recordSecurity(request, 'session.ended', { everyone: true });
      if (request.callerBy === 'cookie') clearBrowser(reply);
      return reply.code(204).send();
    },
  );
}

function registerOwnSessions(app: App, accounts: Accounts): void {
  const tags = ['Accounts'];
  app.get(
    '/api/auth/sessions',
    {
      schema: {
        operationId: 'listSessions',
        tags,
        summary: 'List your sessions, the last used first',
        description: 'At most 20: with another sign-in, the least recently used one ends.',
        response: { 200: SessionListReply },
      },
    },
    (request) => accounts.listSessions(requireUserCaller(request)),
  );

  app.delete(
    '/api/auth/sessions',
    {
      schema: {
        operationId: 'endOtherSessions',
        tags,
        summary: 'End all your sessions but this one',
        description: ENDS,
        response: { 204: NoReply },
      },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const sessions = await accounts.revokeOtherSessions(caller);
      if (sessions > 0) recordSecurity(request, 'session.ended', { userId: caller.id, sessions });
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/auth/sessions/:id',
    {
      schema: {
        operationId: 'endSession',
        tags,
        summary: 'End one of your sessions',
        description: `The one in use may be ended, too: this signs out. ${ENDS}`,
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.sessionNotFound] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const { id } = request.params;
      await accounts.revokeSession(caller, id);
      recordSecurity(request, 'session.ended', { userId: caller.id, sessions: 1 });
      if (id === caller.familyId && request.callerBy === 'cookie') clearBrowser(reply);
      return reply.code(204).send();
    },
  );
}

function registerUserSessions(app: App, accounts: Accounts): void {
  const tags = ['Users'];
  app.get(
    '/api/users/:id/sessions',
    {
      schema: {
        operationId: 'listUserSessions',
        tags,
        summary: 'List the sessions of a user, the last used first',
        params: IdParameter,
        response: { 200: SessionListReply },
      },
      config: { errors: [accountsErrors.notFound] },
    },
    (request) => accounts.listUserSessions(requireUserCaller(request), request.params.id),
  );

  app.delete(
    '/api/users/:id/sessions',
    {
      schema: {
        operationId: 'endUserSessions',
        tags,
        summary: 'End all sessions of a user',
        description: `They can sign in again: disable a user to prevent that. ${ENDS}`,
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.notFound] },
    },
    async (request, reply) => {
      const { id: userId } = request.params;
      const sessions = await accounts.endUserSessions(buildContext(request), userId);
      if (sessions > 0) recordSecurity(request, 'session.ended', { userId, sessions });
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/users/:id/sessions/:sessionId',
    {
      schema: {
        operationId: 'endUserSession',
        tags,
        summary: 'End one session of a user',
        description: ENDS,
        params: UserSessionParameters,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.notFound, accountsErrors.sessionNotFound] },
    },
    async (request, reply) => {
      const { id: userId, sessionId } = request.params;
      await accounts.endUserSession(buildContext(request), userId, sessionId);
      recordSecurity(request, 'session.ended', { userId, sessions: 1 });
      return reply.code(204).send();
    },
  );
}
