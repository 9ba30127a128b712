import assert from 'node:assert/strict';
import { addTotpTo, createPasskeyFor } from '../../support/factors.ts';
import type { Session } from '../../support/session.ts';
import { createTestTotp } from '../../support/totp.ts';
import type { AuditedOperation } from './audited-operation.ts';

/** Where the test server's passkeys belong, which listens at a port that is not known before. */
const ORIGIN = 'http://localhost:0';

function byCustomer({ identity }: Session) {
  return () => ({ type: 'user', id: identity.userId, role: 'customer' });
}

/** The one proof that is a change: the code is void afterwards. */
function codeUsed(subjectId: string) {
  return {
    type: 'user.recovery_code_used',
    subjectId,
    before: { codesLeft: 10 },
    after: { codesLeft: 9 },
  };
}

export const auditedFactors: Readonly<Record<string, AuditedOperation>> = {
  async verifyLogIn({ server }) {
    const { session, recoveryCodes } = await addTotpTo(server, await server.signUp());
    const { email, password, userId } = session.identity;
    const begun = await server.anonymous.post('/api/auth/login', { email, password });
    const { challenge } = begun.json<{ challenge: { id: string } }>();
    const [recoveryCode = ''] = recoveryCodes;
    return {
      session: server.anonymous,
      method: 'POST',
      path: '/api/auth/login/verify',
      body: { challengeId: challenge.id, recoveryCode },
      status: 200,
      actor: byCustomer(session),
      rows: () => [codeUsed(userId)],
      secrets: () => [recoveryCode],
    };
  },

  async stepUp({ server }) {
    const { session, recoveryCodes } = await addTotpTo(server, await server.signUp());
    const [recoveryCode = ''] = recoveryCodes;
    return {
      session,
      method: 'POST',
      path: '/api/auth/step-up',
      body: { recoveryCode },
      status: 200,
      actor: byCustomer(session),
      rows: () => [codeUsed(session.identity.userId)],
      secrets: () => [recoveryCode],
    };
  },

  async confirmTotp({ server }) {
    const session = await server.signUp();
    const { userId } = session.identity;
    const pending = await session.post('/api/auth/factors/totp', { name: 'My telephone' });
    const { id, secret } = pending.json<{ id: string; secret: string }>();
    const code = createTestTotp(secret).code();
    return {
      session,
      method: 'POST',
      path: `/api/auth/factors/totp/${id}/confirm`,
      body: { code },
      status: 200,
      actor: byCustomer(session),
      rows: () => [
        {
          type: 'user.factor_added',
          subjectId: userId,
          before: null,
          after: { factorId: id, type: 'totp', name: 'My telephone', sessionsEnded: 0 },
        },
      ],
      secrets: (reply) => [secret, ...reply.json<{ recoveryCodes: string[] }>().recoveryCodes],
    };
  },

  async addPasskey({ server }) {
    const session = await server.signUp();
    const { userId } = session.identity;
    const { body } = await createPasskeyFor(session, ORIGIN);
    return {
      session,
      method: 'POST',
      path: '/api/auth/factors/passkeys',
      body,
      status: 201,
      actor: byCustomer(session),
      rows: (reply) => [
        {
          type: 'user.factor_added',
          subjectId: userId,
          before: null,
          after: {
            factorId: reply.json<{ id: string }>().id,
            type: 'passkey',
            name: 'My telephone',
            sessionsEnded: 0,
          },
        },
      ],
    };
  },

  async createRecoveryCodes({ server }) {
    const { session } = await addTotpTo(server, await server.signUp());
    return {
      session,
      method: 'POST',
      path: '/api/auth/factors/recovery-codes',
      status: 201,
      actor: byCustomer(session),
      rows: () => [
        {
          type: 'user.recovery_codes_created',
          subjectId: session.identity.userId,
          before: null,
          after: { codes: 10 },
        },
      ],
      secrets: (reply) => reply.json<{ recoveryCodes: string[] }>().recoveryCodes,
    };
  },

  async updateFactor({ server }) {
    const { session, factorId } = await addTotpTo(server, await server.signUp());
    return {
      session,
      method: 'PATCH',
      path: `/api/auth/factors/${factorId}`,
      body: { name: 'My old telephone' },
      status: 200,
      actor: byCustomer(session),
      rows: () => [
        {
          type: 'user.factor_changed',
          subjectId: session.identity.userId,
          before: { name: 'Authenticator app' },
          after: { name: 'My old telephone' },
        },
      ],
    };
  },

  async removeFactor({ server }) {
    const { session, factorId } = await addTotpTo(server, await server.signUp());
    return {
      session,
      method: 'DELETE',
      path: `/api/auth/factors/${factorId}`,
      status: 204,
      actor: byCustomer(session),
      rows: () => [
        {
          type: 'user.factor_removed',
          subjectId: session.identity.userId,
          before: { factorId, type: 'totp', name: 'Authenticator app' },
          after: null,
        },
      ],
    };
  },

  async resetFactors({ server, admin }) {
    const { session, factorId } = await addTotpTo(server, await server.signUp());
    assert.notEqual(session.identity.userId, admin.identity.userId);
    return {
      method: 'DELETE',
      path: `/api/users/${session.identity.userId}/factors`,
      status: 204,
      rows: () => [
        {
          type: 'user.factors_reset',
          subjectId: session.identity.userId,
          before: {
            factors: [{ factorId, type: 'totp', name: 'Authenticator app' }],
            sessionsEnded: null,
          },
          after: { factors: [], sessionsEnded: 2 },
        },
      ],
    };
  },
};
