import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { buyingLimit } from '../orders/index.ts';
import { paymentsErrors } from './errors.ts';

const readers: Access = {
  roles: ['customer', 'kitchen', 'admin'],
  scopes: ['payments:read'],
  guests: true,
};

export const paymentsDeclaration = {
  name: 'payments',
  errors: paymentsErrors,
  access: {
    initiatePayment: { roles: ['customer'], scopes: ['orders:write'], guests: true },
    getPayment: readers,
    listOrderPayments: readers,
    listPayments: { roles: ['kitchen', 'admin'], scopes: ['payments:read'] },
    refundPayment: { roles: ['admin'], scopes: ['payments:refund'] },
    receivePaymentWebhook: 'anyone',
    receiveProviderWebhook: 'anyone',
  },
  limits: { initiatePayment: [buyingLimit] },
  tags: [
    {
      name: 'Payments',
      description: 'Paying orders, refunds, and webhooks of payment providers.',
      place: 50,
    },
  ],
} as const satisfies ModuleDeclaration;
