import type { Chapter } from './step.ts';

const users: Chapter = {
  tag: 'Users',
  steps: [
    { operation: 'listUsers', as: 'admin', query: { search: '{{customerEmail}}' }, status: 200 },
    {
      operation: 'updateUser',
      as: 'admin',
      path: { id: '{{customerId}}' },
      body: { vip: true },
      status: 200,
    },
    { operation: 'resetFactors', as: 'admin', path: { id: '{{customerId}}' }, status: 204 },
    {
      operation: 'listUserSessions',
      as: 'admin',
      path: { id: '{{customerId}}' },
      status: 200,
      variablesToSet: { sessionId: 'data.0.id' },
    },
    {
      operation: 'endUserSession',
      as: 'admin',
      path: { id: '{{customerId}}', sessionId: '{{sessionId}}' },
      status: 204,
    },
    {
      operation: 'endUserSessions',
      as: 'admin',
      path: { id: '{{customerId}}' },
      status: 204,
    },
  ],
};

const privacy: Chapter = {
  tag: 'Privacy',
  steps: [
    {
      operation: 'signUp',
      name: 'Sign up, to be erased later',
      body: { email: 'erased-{{run}}@example.com', password: 'a long pass phrase' },
      status: 201,
      variablesToSet: { customerToken: 'accessToken', erasedId: 'user.id' },
    },
    {
      operation: 'getPersonalData',
      as: 'customer',
      path: { id: '{{erasedId}}' },
      status: 200,
    },
    { operation: 'requestErasure', as: 'customer', body: {}, status: 202 },
    { operation: 'listEraseRequests', as: 'admin', status: 200 },
    { operation: 'withdrawErasure', as: 'customer', status: 204 },
    {
      operation: 'erasePerson',
      as: 'admin',
      path: { id: '{{erasedId}}' },
      body: { reason: 'They asked for it.' },
      status: 200,
    },
  ],
};

const apiKeys: Chapter = {
  tag: 'API keys',
  steps: [
    {
      operation: 'createApiKey',
      as: 'admin',
      body: { name: 'Point of sale {{run}}', scopes: ['orders:read', 'orders:write'] },
      status: 201,
      variablesToSet: { keyId: 'id', keySecret: 'secret' },
    },
    {
      operation: 'listOrders',
      name: 'List orders with the API key',
      as: 'API key',
      query: { limit: '5' },
      status: 200,
    },
    { operation: 'listApiKeys', as: 'admin', status: 200 },
    { operation: 'revokeApiKey', as: 'admin', path: { id: '{{keyId}}' }, status: 204 },
  ],
};

const endpoint = { id: '{{endpointId}}' };

const webhooks: Chapter = {
  tag: 'Webhooks',
  steps: [
    {
      operation: 'createWebhookEndpoint',
      note: 'Set `webhookUrl` to your own URL to see the deliveries; the default does not exist.',
      as: 'admin',
      body: { url: '{{webhookUrl}}', eventTypes: ['order.placed', 'order.confirmed'] },
      status: 201,
      variablesToSet: { endpointId: 'id' },
    },
    { operation: 'listWebhookEndpoints', as: 'admin', status: 200 },
    { operation: 'getWebhookEndpoint', as: 'admin', path: endpoint, status: 200 },
    {
      operation: 'updateWebhookEndpoint',
      as: 'admin',
      path: endpoint,
      body: { eventTypes: ['*'] },
      status: 200,
    },
    { operation: 'rotateWebhookSecret', as: 'admin', path: endpoint, status: 200 },
    {
      operation: 'testWebhookEndpoint',
      as: 'admin',
      path: endpoint,
      status: 202,
      variablesToSet: { deliveryId: 'id' },
    },
    { operation: 'listWebhookDeliveries', as: 'admin', path: endpoint, status: 200 },
    {
      operation: 'redeliverWebhook',
      as: 'admin',
      path: { ...endpoint, deliveryId: '{{deliveryId}}' },
      status: 202,
    },
    {
      operation: 'replayWebhooks',
      as: 'admin',
      path: endpoint,
      before: [
        "pm.collectionVariables.set('replayFrom', new Date(Date.now() - 60_000).toISOString());",
        "pm.collectionVariables.set('replayTo', new Date().toISOString());",
      ],
      body: { from: '{{replayFrom}}', to: '{{replayTo}}' },
      status: 202,
    },
    { operation: 'deleteWebhookEndpoint', as: 'admin', path: endpoint, status: 204 },
  ],
};

const operating: Chapter = {
  tag: 'Operating',
  steps: [
    { operation: 'getHealth', status: 200 },
    { operation: 'getLiveness', status: 200 },
    { operation: 'getReadiness', status: 200 },
    {
      operation: 'getMetrics',
      note: 'From another machine it requires METRICS_TOKEN as the bearer token and is otherwise refused (401).',
      status: [200, 401],
    },
    {
      operation: 'checkInvariants',
      as: 'admin',
      status: 200,
      after: ["pm.test('every invariant holds', () => pm.expect(body.ok).to.equal(true));"],
    },
    { operation: 'getActivity', as: 'admin', status: 200 },
    { operation: 'listQueues', as: 'admin', status: 200 },
    {
      operation: 'listDeadLetters',
      as: 'admin',
      status: 200,
      after: [
        '// Without a dead letter the next request uses an id that does not exist.',
        "pm.collectionVariables.set('deadLetterId', body.data[0]?.id ?? '00000000-0000-7000-8000-000000000000');",
      ],
    },
    {
      operation: 'redriveDeadLetter',
      note: 'On a server without dead letters the response is 404.',
      as: 'admin',
      path: { id: '{{deadLetterId}}' },
      status: [202, 404],
    },
    { operation: 'listMail', as: 'admin', status: 200 },
    { operation: 'listAudit', as: 'admin', query: { limit: '5' }, status: 200 },
    {
      operation: 'listAudit',
      name: 'List what changed about the customer',
      as: 'admin',
      query: { subject: '{{customerId}}' },
      status: 200,
    },
    { operation: 'listLogSeals', as: 'admin', query: { limit: '1' }, status: 200 },
    {
      operation: 'endAllSessions',
      note: 'The last request, because it also ends the sessions of this collection.',
      as: 'admin',
      status: 204,
    },
  ],
};

export const operatingChapters: readonly Chapter[] = [users, apiKeys, webhooks, privacy, operating];
