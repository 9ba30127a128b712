import type { FastifyRequest } from 'fastify';
import {
  type App,
  buildContext,
  buildSource,
  findCookie,
  NoBody,
  recordSecurity,
  requireAllowedOrigin,
  sessionCookies,
} from '../../../http/index.ts';
import { CodedError } from '../../../shared/errors.ts';
import { readDevice, setDeviceCookie } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import { clearSessionCookies, setSessionCookies } from '../sessions/session-cookies.ts';
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

const tags = ['Accounts'];

const bothCookies = 'Both tokens are also set as HTTP-only cookies.';

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
          description: `Creates a customer and signs them in. ${bothCookies}`,
          body: SignUpBody,
          response: { 201: SessionReply },
        },
        config: { errors: [accountsErrors.passwordTooCommon, accountsErrors.emailTaken] },
      },
      async (request, reply) => {
        const device = readDevice(request, accounts.cookies);
        const session = await accounts.signUp(buildSource(request), request.body, device);
        recordSecurity(request, 'sign_in.ok', { method: 'sign_up', userId: session.user.id });
        setSessionCookies(reply, session, accounts.cookies);
        setDeviceCookie(reply, device, accounts.cookies);
        return reply.code(201).send(session);
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
        description: `A user with a second factor gets a challenge instead of a session; \`POST /api/auth/login/verify\` meets it. ${bothCookies}`,
        body: LogInBody,
        response: { 200: LogInReply },
      },
      config: { errors: [accountsErrors.invalidCredentials] },
    },
    async (request, reply) => {
      const device = readDevice(request, accounts.cookies);
      const result = await accounts.logIn(buildSource(request), request.body, device);
      if (result.kind === 'challenge') return reply.send({ challenge: result.challenge });
      const { session } = result;
      recordSecurity(request, 'sign_in.ok', { method: 'password', userId: session.user.id });
      setSessionCookies(reply, session, accounts.cookies);
      setDeviceCookie(reply, device, accounts.cookies);
      return reply.send(session);
    },
  );

  app.post(
    '/api/auth/refresh',
    {
      schema: {
        operationId: 'refreshTokens',
        tags,
        summary: 'Exchange a refresh token',
        description: `The sent token is used up. A repeat within ten seconds, while its successor is unused, receives the same successor. ${bothCookies}`,
        body: RefreshBody,
        response: { 200: SessionReply },
      },
      config: { errors: [accountsErrors.refreshInvalid, accountsErrors.refreshReused] },
    },
    async (request, reply) => {
      const token = request.body?.refreshToken ?? requireRefreshCookie(request);
      const session = await accounts.refreshSession(token, buildSource(request).origin);
      setSessionCookies(reply, session, accounts.cookies);
      return reply.send(session);
    },
  );

  app.post(
    '/api/auth/logout',
    {
      schema: {
        operationId: 'logOut',
        tags,
        summary: 'Sign out',
        description: 'Ends this session on every server and clears its cookies.',
        body: NoBody,
        response: { 204: NoReply },
      },
    },
    async (request, reply) => {
      await accounts.logOut(requireUserCaller(request));
      clearSessionCookies(reply, accounts.cookies);
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
        summary: 'Change your name',
        body: ProfileBody,
        response: { 200: ProfileReply },
      },
    },
    (request) =>
      accounts.updateProfile(buildContext(request), requireUserCaller(request), request.body),
  );
}

/** Browsers send cookies with requests of other sites too, so the cookie is accepted only from an allowed origin. */
function requireRefreshCookie(request: FastifyRequest): string {
  const token = findCookie(request, sessionCookies.refresh.name);
  if (token === undefined) throw new CodedError(accountsErrors.refreshInvalid);
  requireAllowedOrigin(request);
  return token;
}
