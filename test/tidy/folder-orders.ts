import type { FolderOrder } from './ranks.ts';

/** See ARCHITECTURE.md, "the one rule of dependence". */
const modules = [
  'accounts',
  'pricing',
  'scheduling',
  'catalog',
  'inventory',
  'orders',
  'carts',
  'payments',
  'notifications',
  'webhooks',
  'operations',
];

/** The contents of each of these folders, lowest rank first; see `FolderOrder`. */
export const folderOrders: readonly FolderOrder[] = [
  {
    folder: 'src',
    ranks: [
      ['shared'],
      ['database'],
      ['drivers'],
      ['events', 'audit', 'jobs', 'http'],
      ['modules'],
      ['main'],
    ],
  },
  { folder: 'src/modules', ranks: [['module.ts'], ...modules.map((module) => [module])] },
  {
    folder: 'src/modules/pricing',
    ranks: [
      ['*'],
      ['taxes', 'charges', 'discounts'],
      ['find-rules.ts'],
      ['use-cases.ts'],
      ['routes.ts'],
      ['create-pricing.ts'],
      ['index.ts'],
    ],
  },
  {
    folder: 'src/modules/scheduling',
    ranks: [
      ['errors.ts'],
      ['settings'],
      ['times'],
      ['slots'],
      ['*'],
      ['use-cases.ts'],
      ['routes.ts'],
      ['create-scheduling.ts'],
      ['index.ts'],
    ],
  },
  {
    folder: 'src/modules/catalog',
    ranks: [['errors.ts', 'fields.ts', 'product.ts', 'queries.ts'], ['modifiers'], ['*']],
  },
  {
    folder: 'src/modules/orders',
    ranks: [
      ['fulfilment'],
      ['*'],
      ['reading'],
      ['writing'],
      ['lists'],
      ['placement'],
      ['queue'],
      ['changes'],
      ['imports'],
      ['use-cases.ts'],
      ['routes.ts'],
      ['create-orders.ts'],
      ['index.ts'],
    ],
  },
  {
    folder: 'src/modules/payments',
    ranks: [
      ['*'],
      ['ledger'],
      ['find-payment.ts'],
      ['page', 'inbox'],
      ['settling'],
      ['use-cases.ts'],
      ['routes.ts'],
      ['create-payments.ts'],
      ['index.ts'],
    ],
  },
  { folder: 'src/database', ranks: [['*'], ['embedded']] },
  {
    folder: 'src/drivers',
    ranks: [['redis'], ['cache', 'limits', 'mail', 'payments', 'queue', 'tracing', 'webhooks']],
  },
  { folder: 'src/drivers/cache', ranks: [['*'], ['memory', 'redis']] },
  { folder: 'src/drivers/limits', ranks: [['*'], ['memory'], ['redis']] },
  { folder: 'src/drivers/mail', ranks: [['*'], ['capture', 'smtp', 'ses']] },
  { folder: 'src/drivers/payments', ranks: [['*'], ['sandbox', 'stripe']] },
  { folder: 'src/drivers/queue', ranks: [['*'], ['postgres', 'bullmq', 'sqs']] },
  {
    folder: 'src/main',
    ranks: [
      ['*'],
      ['config'],
      ['faults'],
      ['postman'],
      ['infrastructure'],
      ['modules'],
      ['tables'],
      ['compose'],
      ['start'],
      ['cli'],
    ],
  },
  { folder: 'src/main/config', ranks: [['secrets'], ['*']] },
  {
    folder: 'src/main/cli',
    ranks: [
      ['exit-codes.ts'],
      ['import'],
      ['replay'],
      ['explain-error.ts'],
      ['doctor'],
      ['commands'],
      ['*'],
    ],
  },
  { folder: 'web', ranks: [['shared'], ['shop', 'console'], ['*']] },
  {
    folder: 'web/console',
    ranks: [
      ['parts'],
      ['audit'],
      ['prices', 'shop'],
      ['board', 'health', 'keys', 'order', 'ordering', 'print', 'product', 'work'],
      ['pages'],
      ['*'],
    ],
  },
  {
    folder: 'web/shop',
    ranks: [
      ['*'],
      ['parts'],
      ['times'],
      ['fulfilment'],
      ['choosing'],
      ['menu', 'checkout', 'order'],
      ['pages'],
      ['shop.tsx'],
      ['main.tsx'],
    ],
  },
  { folder: 'bench', ranks: [['support'], ['scenarios'], ['*']] },
];

/** Exceptions: imports that go up, as `from → to`, each with its reason. None is needed today. */
export const upwardImports: Readonly<Record<string, string>> = {};
