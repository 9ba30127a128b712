import assert from 'node:assert/strict';
import type { Session } from '../../support/session.ts';
import type { AuditedOperation } from './audited-operation.ts';

const byCustomer = ({ identity: { userId: id } }: Session) => ({
  type: 'user',
  id,
  role: 'customer',
});

async function ask(session: Session): Promise<{ dueAt: string }> {
  const reply = await session.post('/api/auth/erase-request', {});
  assert.equal(reply.status, 202, reply.text);
  return reply.json<{ dueAt: string }>();
}

export const auditedErasures: Readonly<Record<string, AuditedOperation>> = {
  async erasePerson({ server }) {
    const { userId } = (await server.signUp()).identity;
    return {
      method: 'POST',
      path: `/api/users/${userId}/erase`,
      body: { reason: 'They asked for it.' },
      status: 200,
      rows: () => [
        { type: 'user.erased', subjectId: userId, before: null, after: { guests: 0, orders: 0 } },
      ],
    };
  },

  async requestErasure({ server }) {
    const session = await server.signUp();
    return {
      session,
      method: 'POST',
      path: '/api/auth/erase-request',
      body: {},
      status: 202,
      actor: () => byCustomer(session),
      rows: (reply) => [
        {
          type: 'user.erasure_requested',
          subjectId: session.identity.userId,
          before: null,
          after: { due: reply.json<{ dueAt: string }>().dueAt },
        },
      ],
    };
  },

  async withdrawErasure({ server }) {
    const session = await server.signUp();
    const { dueAt } = await ask(session);
    return {
      session,
      method: 'DELETE',
      path: '/api/auth/erase-request',
      status: 204,
      actor: () => byCustomer(session),
      rows: () => [
        {
          type: 'user.erasure_withdrawn',
          subjectId: session.identity.userId,
          before: { due: dueAt },
          after: null,
        },
      ],
    };
  },
};
