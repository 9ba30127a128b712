import type { Chapter } from './step.ts';

/** Changes nothing that later chapters depend on. */
export const shopChapter: Chapter = {
  tag: 'Shop',
  steps: [
    {
      operation: 'getShopSettings',
      status: 200,
      variablesToSet: { shopVersion: 'version' },
    },
    {
      operation: 'updateShopSettings',
      note: 'Applies only to the version that was read: a repeat is refused (412).',
      as: 'admin',
      headers: { 'If-Match': '"{{shopVersion}}"' },
      body: { acceptingOrders: true },
      status: 200,
    },
    { operation: 'listSlots', query: { date: '2030-12-01', type: 'PICKUP' }, status: 200 },
  ],
};
