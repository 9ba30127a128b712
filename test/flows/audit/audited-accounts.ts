import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { AccountMail } from '../../../src/modules/accounts/index.ts';
import type { Identity } from '../../support/session.ts';
import { query } from '../../support/until.ts';
import type { AuditedOperation, World } from './audited-operation.ts';

const scopes = ['orders:read'];

function newCredentials() {
  const name = randomBytes(8).toString('hex');
  return { email: `${name}@example.com`, password: `pass ${name}`, name: `Ann ${name}` };
}

function signUp(path: string): AuditedOperation {
  return async ({ server }) => {
    const body = newCredentials();
    return {
      session: server.anonymous,
      method: 'POST',
      path,
      body,
      status: 201,
      actor: (reply) => ({
        type: 'user',
        id: reply.json<{ user: { id: string } }>().user.id,
        role: 'customer',
      }),
      rows: (reply) => [
        {
          type: 'user.created',
          subjectId: reply.json<{ user: { id: string } }>().user.id,
          before: null,
          after: {
            email: body.email,
            name: body.name,
            role: 'customer',
            vip: false,
            disabled: false,
          },
        },
      ],
      secrets: (reply) => {
        const session = reply.json<{ accessToken: string; refreshToken: string }>();
        return [body.password, session.accessToken, session.refreshToken];
      },
    };
  };
}

/** Returns the token of the newest link to a user in this table, which only its mail has. */
async function findToken(
  { server }: World,
  userId: string,
  table: 'account_notices' | 'email_links' | 'password_resets',
  kind: AccountMail['kind'],
): Promise<string> {
  const [row] = await query(
    server.databaseUrl,
    `select id from ${table} where user_id = $1 order by id desc limit 1`,
    [userId],
  );
  const { openAccountMail } = server.application.modules.accounts;
  const mail = await openAccountMail({ kind, id: String(row!.id) });
  return mail!.token!;
}

/** Requests a reset and returns its token. */
async function requestReset(world: World, { email, userId }: Identity): Promise<string> {
  const reply = await world.server.anonymous.post('/api/auth/password/forgot', { email });
  assert.equal(reply.status, 202, reply.text);
  return findToken(world, userId, 'password_resets', 'password.reset');
}

function sessionsEnded(subjectId: string | null, after: Readonly<Record<string, unknown>>) {
  return { type: 'user.sessions_ended', subjectId, before: null, after };
}

/** By another admin, because it also ends the session in use. */
export const endAllSessions: AuditedOperation = async ({ server }) => {
  const session = await server.asAdmin();
  const { userId: id } = session.identity;
  return {
    session,
    method: 'DELETE',
    path: '/api/operations/sessions',
    status: 204,
    actor: () => ({ type: 'user', id, role: 'admin' }),
    rows: () => [sessionsEnded(null, { everyone: true })],
  };
};

async function createKey({ admin }: World) {
  const reply = await admin.post('/api/api-keys', { name: 'Till', scopes });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<{ id: string; secret: string }>();
}

export const auditedAccounts: Readonly<Record<string, AuditedOperation>> = {
  signUp: signUp('/api/auth/signup'),
  register: signUp('/api/auth/register'),

  async updateProfile({ server }) {
    const session = await server.signUp();
    const { userId } = session.identity;
    return {
      session,
      method: 'PATCH',
      path: '/api/auth/profile',
      body: { name: 'Beatrice' },
      status: 200,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.changed',
          subjectId: userId,
          before: { name: '' },
          after: { name: 'Beatrice' },
        },
      ],
    };
  },

  async changePassword({ server }) {
    const session = await server.signUp();
    const { userId, email, password } = session.identity;
    assert.equal((await server.anonymous.post('/api/auth/login', { email, password })).status, 200);
    const newPassword = `new ${password}`;
    return {
      session,
      method: 'POST',
      path: '/api/auth/password',
      body: { currentPassword: password, newPassword },
      status: 204,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.password_changed',
          subjectId: userId,
          before: null,
          after: { provenBy: 'password', sessionsEnded: 1 },
        },
      ],
      secrets: () => [password, newPassword],
    };
  },

  async verifyEmail(world) {
    const { server } = world;
    const body = newCredentials();
    const reply = await server.anonymous.post('/api/auth/signup', body);
    assert.equal(reply.status, 201, reply.text);
    const { id: userId } = reply.json<{ user: { id: string } }>().user;
    const token = await findToken(world, userId, 'email_links', 'email.verify');
    return {
      session: server.anonymous,
      method: 'POST',
      path: '/api/auth/verify-email',
      body: { token },
      status: 204,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.email_verified',
          subjectId: userId,
          before: { emailVerified: false },
          after: { emailVerified: true },
        },
      ],
      secrets: () => [token],
    };
  },

  async undoEmailChange(world) {
    const session = await world.server.signUp();
    const { userId } = session.identity;
    const asked = await session.patch('/api/auth/profile', { email: newCredentials().email });
    assert.equal(asked.status, 200, asked.text);
    const kind = 'account.email_change_requested';
    const token = await findToken(world, userId, 'account_notices', kind);
    return {
      session: world.server.anonymous,
      method: 'POST',
      path: '/api/auth/email/undo',
      body: { token },
      status: 204,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.email_changed',
          subjectId: userId,
          before: { sessionsEnded: null },
          after: { sessionsEnded: 1 },
        },
      ],
      secrets: () => [token],
    };
  },

  async resetPassword(world) {
    const { identity } = await world.server.signUp();
    const { userId, password } = identity;
    const token = await requestReset(world, identity);
    const newPassword = `new ${password}`;
    return {
      session: world.server.anonymous,
      method: 'POST',
      path: '/api/auth/password/reset',
      body: { token, newPassword },
      status: 204,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.password_changed',
          subjectId: userId,
          before: null,
          after: { provenBy: 'reset_link', sessionsEnded: 1 },
        },
      ],
      secrets: () => [token, password, newPassword],
    };
  },

  async updateUser({ server }) {
    const { userId } = (await server.signUp()).identity;
    return {
      method: 'PATCH',
      path: `/api/users/${userId}`,
      body: { role: 'kitchen', vip: false, disabled: true },
      status: 200,
      rows: () => [
        {
          type: 'user.changed',
          subjectId: userId,
          before: { role: 'customer', disabled: false, sessionsEnded: null },
          after: { role: 'kitchen', disabled: true, sessionsEnded: 1 },
        },
      ],
    };
  },

  async endUserSession({ server, admin }) {
    const { userId } = (await server.signUp()).identity;
    const list = await admin.get(`/api/users/${userId}/sessions`);
    const [{ id }] = list.json<{ data: [{ id: string }] }>().data;
    return {
      method: 'DELETE',
      path: `/api/users/${userId}/sessions/${id}`,
      status: 204,
      rows: () => [sessionsEnded(userId, { sessionsEnded: 1 })],
    };
  },

  async endUserSessions({ server }) {
    const { userId, email, password } = (await server.signUp()).identity;
    assert.equal((await server.anonymous.post('/api/auth/login', { email, password })).status, 200);
    return {
      method: 'DELETE',
      path: `/api/users/${userId}/sessions`,
      status: 204,
      rows: () => [sessionsEnded(userId, { sessionsEnded: 2 })],
    };
  },

  async createApiKey() {
    return {
      method: 'POST',
      path: '/api/api-keys',
      body: { name: 'Till', scopes },
      status: 201,
      rows: (reply) => [
        {
          type: 'api_key.created',
          subjectId: reply.json<{ id: string }>().id,
          before: null,
          after: { shows: reply.json() },
        },
      ],
      secrets: (reply) => [reply.json<{ secret: string }>().secret],
    };
  },

  async revokeApiKey(world) {
    const { secret, ...key } = await createKey(world);
    return {
      method: 'DELETE',
      path: `/api/api-keys/${key.id}`,
      status: 204,
      rows: () => [
        { type: 'api_key.revoked', subjectId: key.id, before: { shows: key }, after: null },
      ],
      secrets: () => [secret],
    };
  },
};
