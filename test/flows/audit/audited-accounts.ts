import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
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

/** Requests a reset and returns its token, which only the mail has. */
async function requestReset({ server }: World, email: string): Promise<string> {
  const reply = await server.anonymous.post('/api/auth/password/forgot', { email });
  assert.equal(reply.status, 202, reply.text);
  const [row] = await query(
    server.databaseUrl,
    `select password_resets.id
       from password_resets
       join users on users.id = password_resets.user_id
      where users.email = $1`,
    [email],
  );
  const mail = await server.application.modules.accounts.openAccountMail({
    kind: 'password.reset',
    id: String(row!.id),
  });
  return mail!.token!;
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

  async resetPassword(world) {
    const { userId, email, password } = (await world.server.signUp()).identity;
    const token = await requestReset(world, email);
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
