import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { encryptedEndpointSecrets } from './encrypted-secrets.ts';
import { webhooksErrors } from './errors.ts';

const admins: Access = { roles: ['admin'] };
/** For what decides where events go, and who can forge them. */
const provenAdmins: Access = { ...admins, stepUp: true };

export const webhooksDeclaration = {
  name: 'webhooks',
  errors: webhooksErrors,
  access: {
    createWebhookEndpoint: provenAdmins,
    listWebhookEndpoints: admins,
    getWebhookEndpoint: admins,
    updateWebhookEndpoint: provenAdmins,
    deleteWebhookEndpoint: provenAdmins,
    rotateWebhookSecret: provenAdmins,
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
  encryptedTables: [encryptedEndpointSecrets],
} as const satisfies ModuleDeclaration;
