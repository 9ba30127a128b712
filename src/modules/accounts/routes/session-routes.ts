import type { FastifyRequest } from 'fastify';
import {
  type App,
  buildContext,
  buildSource,
  findCookie,
  NoBody,
  recordSecurity,
  requireAllowedOrigin,
} from '../../../http/index.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { readDevice } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { LogInReply } from './factor-schemas.ts';
import {
  LogInBody,
  NoReply,
  ProfileBody,
  ProfileReply,
  RefreshBody,
  SessionReply,
  SignUpBody,
} from './schemas.ts';
import { clearBrowser, sendRefreshed, sendSession, wantsCookies } from './send-session.ts';

const tags = ['Accounts'];

const asCookies =
  'With `credentials: cookie`, the tokens are set as HTTP-only cookies and not returned; otherwise no cookie is set.';

export function registerSessionRoutes(app: App, accounts: Accounts): void {
  for (const [operationId, url] of [
    ['signUp', '/api/auth/signup'],
    ['register', '/api/auth/register'],
  ] as const) {
    app.post(
      url,
      {
        schema: {
          operationId,
          tags,
          summary: operationId === 'signUp' ? 'Sign up' : 'Sign up, at another path',
          description: `Creates a customer and signs them in. ${asCookies}`,
          body: SignUpBody,
          response: { 201: SessionReply },
        },
        config: {
          errors: [
            authErrors.originNotAllowed,
            accountsErrors.passwordTooCommon,
            accountsErrors.emailTaken,
          ],
        },
      },
      async (request, reply) => {
        const { credentials, ...input } = request.body;
        const device = readDevice(request, wantsCookies(request, credentials));
        const session = await accounts.signUp(buildSource(request), input, device);
        recordSecurity(request, 'sign_in.ok', { method: 'sign_up', userId: session.user.id });
        return sendSession(request, reply, session, { status: 201, credentials, device });
      },
    );
  }

  app.post(
    '/api/auth/login',
    {
      schema: {
        operationId: 'logIn',
        tags,
        summary: 'Sign in',
        description: `A user with a second factor gets a challenge instead of a session; \`POST /api/auth/login/verify\` meets it. ${asCookies}`,
        body: LogInBody,
        response: { 200: LogInReply },
      },
      config: {
        errors: [
          authErrors.originNotAllowed,
          accountsErrors.invalidCredentials,
          accountsErrors.staffAtConsole,
        ],
      },
    },
    async (request, reply) => {
      const { credentials, ...input } = request.body;
      const device = readDevice(request, wantsCookies(request, credentials));
      const result = await accounts.logIn(buildSource(request), input, device);
      if (result.kind === 'challenge') return reply.send({ challenge: result.challenge });
      const { session } = result;
      recordSecurity(request, 'sign_in.ok', { method: 'password', userId: session.user.id });
      return sendSession(request, reply, session, { credentials, device });
    },
  );

  app.post(
    '/api/auth/refresh',
    {
      schema: {
        operationId: 'refreshTokens',
        tags,
        summary: 'Exchange a refresh token',
        description: `The sent token is used up. A repeat within ten seconds, while its successor is unused, receives the same successor. Without a token in the body, the refresh cookie is exchanged, and cookies are set in place of tokens. From a browser it counts only together with the device cookie that was set with it or sent when it was; if it is refused, both cookies of the session are cleared.`,
        body: RefreshBody,
        response: { 200: SessionReply },
      },
      config: {
        errors: [
          authErrors.originNotAllowed,
          accountsErrors.refreshInvalid,
          accountsErrors.refreshReused,
        ],
      },
    },
    async (request, reply) => {
      const given = request.body?.refreshToken;
      if (given !== undefined) {
        const session = await accounts.refreshSession(given, buildSource(request).origin);
        return sendSession(request, reply, session);
      }
      const token = findRefreshCookie(request);
      if (token === undefined) throw new CodedError(accountsErrors.refreshInvalid);
      return sendRefreshed(accounts, request, reply, token);
    },
  );

  app.post(
    '/api/auth/logout',
    {
      schema: {
        operationId: 'logOut',
        tags,
        summary: 'Sign out',
        description:
          'Ends this session on every server. Of a browser, the refresh cookie is enough; the reply clears its cookies and what pages have stored in it.',
        body: NoBody,
        response: { 204: NoReply },
      },
    },
    async (request, reply) => {
      const token = request.caller === null ? findRefreshCookie(request) : undefined;
      if (token === undefined) await accounts.logOut(requireUserCaller(request));
      else await accounts.logOutByRefreshToken(token);
      if (request.callerBy !== 'bearer') clearBrowser(reply);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/auth/profile',
    {
      schema: {
        operationId: 'getProfile',
        tags,
        summary: 'Read your profile',
        response: { 200: ProfileReply },
      },
    },
    (request) => accounts.getProfile(requireUserCaller(request)),
  );

  app.patch(
    '/api/auth/profile',
    {
      schema: {
        operationId: 'updateProfile',
        tags,
        summary: 'Change your name or e-mail address',
        body: ProfileBody,
        response: { 200: ProfileReply },
      },
    },
    async (request) => {
      const caller = requireUserCaller(request);
      const profile = await accounts.updateProfile(buildContext(request), caller, request.body);
      if (request.body.email !== undefined) {
        recordSecurity(request, 'email.change_asked', { userId: caller.id });
      }
      return profile;
    },
  );
}

/** Browsers send cookies with requests of other sites too, so the cookie is accepted only from an allowed origin. */
function findRefreshCookie(request: FastifyRequest): string | undefined {
  const token = findCookie(request, 'refresh');
  if (token !== undefined) requireAllowedOrigin(request);
  return token;
}
