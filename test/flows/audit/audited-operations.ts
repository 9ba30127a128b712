import assert from 'node:assert/strict';
import { createMailFixture } from '../../modules/notifications/mail-fixture.ts';
import { insertDeadEvent } from '../../support/dead-events.ts';
import { priceKinds } from '../../support/price-kinds.ts';
import { createRule, type RuleBody } from '../../support/rules.ts';
import { auditedAccounts, endAllSessions } from './audited-accounts.ts';
import { auditedErasures } from './audited-erasures.ts';
import { auditedFactors } from './audited-factors.ts';
import type { AuditedOperation } from './audited-operation.ts';
import { auditedWebhooks } from './audited-webhooks.ts';

/** The names of a kind's operations end like this. */
const kindNames: Readonly<Record<string, string>> = {
  tax_rate: 'TaxRate',
  charge: 'Charge',
  discount: 'Discount',
  modifier_group: 'ModifierGroup',
  product: 'Product',
};

function auditPriceKind({ kind, path, body, change }: (typeof priceKinds)[number]) {
  const pick = (rule: RuleBody, read: RuleBody) =>
    Object.fromEntries(
      Object.keys(change)
        .filter((field) => JSON.stringify(rule[field]) !== JSON.stringify(read[field]))
        .map((field) => [field, rule[field]]),
    );
  const operations: Record<string, AuditedOperation> = {
    [`create${kindNames[kind]}`]: async () => ({
      method: 'POST',
      path,
      body: body(),
      status: 201,
      rows: (reply) => [
        {
          type: `${kind}.created`,
          subjectId: reply.json<RuleBody>().id,
          before: null,
          after: { shows: reply.json() },
        },
      ],
    }),
    [`update${kindNames[kind]}`]: async ({ admin }) => {
      const created = await createRule(admin, path, body());
      return {
        method: 'PATCH',
        path: `${path}/${created.id}`,
        body: change,
        status: 200,
        rows: (reply) => [
          {
            type: `${kind}.changed`,
            subjectId: created.id,
            before: pick(created, reply.json()),
            after: pick(reply.json(), created),
          },
        ],
      };
    },
  };
  if (kind === 'product') return operations;
  return {
    ...operations,
    [`delete${kindNames[kind]}`]: (async ({ admin }) => {
      const created = await createRule(admin, path, body());
      return {
        method: 'DELETE',
        path: `${path}/${created.id}`,
        status: 204,
        rows: () => [
          {
            type: `${kind}.deleted`,
            subjectId: created.id,
            before: { shows: created },
            after: null,
          },
        ],
      };
    }) satisfies AuditedOperation,
  };
}

/** Every operation that leaves rows in the audit, by its id, with a call that does. */
export const auditedOperations: Readonly<Record<string, AuditedOperation>> = {
  ...auditedAccounts,
  ...auditedFactors,
  ...auditedErasures,
  ...auditedWebhooks,
  ...Object.assign({}, ...priceKinds.map(auditPriceKind)),

  async updateShopSettings({ admin }) {
    const before = (await admin.get('/api/shop')).json<{ leadMinutes: number }>();
    return {
      method: 'PATCH',
      path: '/api/shop',
      body: { leadMinutes: before.leadMinutes + 5 },
      status: 200,
      rows: () => [
        {
          type: 'shop.changed',
          subjectId: null,
          before: { leadMinutes: before.leadMinutes },
          after: { leadMinutes: before.leadMinutes + 5 },
        },
      ],
    };
  },

  async redriveDeadLetter({ server }) {
    const id = await insertDeadEvent(server.databaseUrl);
    return {
      method: 'POST',
      path: `/api/operations/dead-letters/${id}/redrive`,
      status: 202,
      finish: () => server.application.modules.payments.applyDueEvents(),
      rows: () => [
        {
          type: 'dead_letter.redriven',
          subjectId: id,
          before: null,
          after: { queue: 'payments', job: 'payments.apply-event' },
        },
      ],
    };
  },

  async listMail({ server }) {
    const fixture = await createMailFixture(server.database, { captures: true });
    const jobs = [fixture.accountJob('password.reset'), fixture.accountJob('password.reset')];
    await Promise.all((await fixture.claim(jobs)).map(fixture.run));
    return {
      method: 'GET',
      path: '/api/operations/mail?limit=2',
      status: 200,
      rows: (reply) => {
        const { data } = reply.json<{ data: { id: string; text: string | null }[] }>();
        assert.equal(data.length, 2);
        const [newest, oldest] = data;
        return [
          {
            type: 'mails.read',
            subjectId: null,
            before: null,
            after: { mails: 2, newest: newest!.id, oldest: oldest!.id, texts: true },
          },
        ];
      },
    };
  },
  async getPersonalData({ server }) {
    const session = await server.signUp();
    const { userId } = session.identity;
    return {
      session,
      method: 'GET',
      path: `/api/users/${userId}/personal-data`,
      status: 200,
      actor: () => ({ type: 'user', id: userId, role: 'customer' }),
      rows: () => [
        {
          type: 'user.personal_data_read',
          subjectId: userId,
          before: null,
          after: { guests: 0, orders: 0 },
        },
      ],
    };
  },
  // The last one, because it ends the sessions of the others.
  endAllSessions,
};

const ownSessions =
  'It starts, renews or ends a session of the caller, which lasts no longer than that.';
const orderHistory = 'It changes an order, which has a history.';
const cart = 'A cart lasts only until its order.';

/** Every other operation that is no plain read, by its id, with the reason why it leaves no row. */
export const unauditedOperations: Readonly<Record<string, string>> = {
  logIn: ownSessions,
  beginPasskeyLogIn: ownSessions,
  refreshTokens: ownSessions,
  logOut: ownSessions,
  endSession: ownSessions,
  endOtherSessions: ownSessions,
  requestVerification: 'It sends a link. The proof that it gives is audited.',
  forgotPassword: 'It sends a link. The password that is set with it is audited.',
  addTotp: 'The secret counts for nothing and ends after an hour. Its confirmation is audited.',
  createPasskeyOptions: 'They last five minutes. The passkey that is added with them is audited.',
  adjustStock: 'The ledger of stock shows who changed it, and why.',
  quoteOrder: 'It changes nothing.',
  placeOrder: orderHistory,
  checkOut: orderHistory,
  changeOrderStatus: orderHistory,
  changeFulfilment: orderHistory,
  cancelOrder: orderHistory,
  initiatePayment: orderHistory,
  refundPayment: orderHistory,
  receivePaymentWebhook: orderHistory,
  receiveProviderWebhook: orderHistory,
  addCartItem: cart,
  setCartItem: cart,
  updateCartItem: cart,
  removeCartItem: cart,
  updateCart: cart,
  clearCart: cart,
  testWebhookEndpoint: 'It sends a test message.',
};
