import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { webhooksErrors } from './errors.ts';

const admins: Access = { roles: ['admin'] };

export const webhooksDeclaration = {
  name: 'webhooks',
  errors: webhooksErrors,
  access: {
    createWebhookEndpoint: admins,
    listWebhookEndpoints: admins,
    getWebhookEndpoint: admins,
    updateWebhookEndpoint: admins,
    deleteWebhookEndpoint: admins,
    rotateWebhookSecret: admins,
    testWebhookEndpoint: admins,
    listWebhookDeliveries: admins,
    redeliverWebhook: admins,
    replayWebhooks: admins,
  },
  tags: [
    {
      name: 'Webhooks',
      description: 'Sending events to the shop’s own systems, for admins.',
      place: 90,
    },
  ],
} as const satisfies ModuleDeclaration;
