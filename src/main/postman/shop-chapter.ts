import type { Chapter } from './step.ts';

/** Changes nothing that later chapters depend on, and sets the time for which they order. */
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
    {
      operation: 'listSlots',
      note: 'Empty if the shop has no slots.',
      before: [
        '// A quarter of an hour on the clock of every time zone, and so the beginning of a slot of the demo.',
        'const noon = new Date(Date.now() + 24 * 60 * 60_000);',
        'noon.setUTCHours(12, 0, 0, 0);',
        "pm.collectionVariables.set('wantedTime', noon.toISOString());",
        "pm.collectionVariables.set('tomorrow', noon.toISOString().slice(0, 10));",
      ],
      query: { date: '{{tomorrow}}', type: 'PICKUP' },
      status: 200,
    },
  ],
};
