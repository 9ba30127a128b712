import assert from 'node:assert/strict';
import { createSandboxProvider } from '../../src/drivers/payments/sandbox/index.ts';
import { testDatabase } from '../support/database.ts';
import { newSession, startSandbox, webhookSecret } from '../support/sandbox.ts';
import { query } from '../support/until.ts';
import { paymentProviderContract } from './payment-provider-contract.ts';

const db = await testDatabase();
const sandbox = await startSandbox(db);

async function act(sessionId: string, action: 'pay' | 'decline') {
  const reply = await sandbox.act(sessionId, { action, beforeAnswer: true });
  assert.equal(reply.status, 202);
  return sandbox.receiver.received.at(-1)!;
}

paymentProviderContract('sandbox', {
  provider: sandbox.provider,
  unreachable: createSandboxProvider({ baseUrl: () => 'http://127.0.0.1:1', webhookSecret }),
  newSession,
  pay: (sessionId) => act(sessionId, 'pay'),
  decline: (sessionId) => act(sessionId, 'decline'),
  dropNextAnswer: sandbox.dropNextAnswer,
  async countRefunds(providerReference) {
    const text = 'select id from sandbox.refunds where charge_reference = $1';
    return (await query(db.url, text, [providerReference])).length;
  },
});
