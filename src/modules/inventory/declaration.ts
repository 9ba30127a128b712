import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { inventoryConstraints, inventoryErrors } from './errors.ts';

const writers: Access = { roles: ['admin'], scopes: ['catalog:write'] };

export const inventoryDeclaration = {
  name: 'inventory',
  errors: inventoryErrors,
  constraints: inventoryConstraints,
  access: { adjustStock: writers, listStockAdjustments: writers },
  tags: [
    { name: 'Stock', description: 'Corrections of stock and the ledger behind it.', place: 60 },
  ],
} as const satisfies ModuleDeclaration;
