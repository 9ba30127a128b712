import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { catalogConstraints, catalogErrors } from './errors.ts';

const writers: Access = { roles: ['admin'], scopes: ['catalog:write'] };

export const catalogDeclaration = {
  name: 'catalog',
  errors: catalogErrors,
  constraints: catalogConstraints,
  access: {
    listProducts: 'anyone',
    getProduct: 'anyone',
    createProduct: writers,
    updateProduct: writers,
    listModifierGroups: writers,
    getModifierGroup: writers,
    createModifierGroup: writers,
    updateModifierGroup: writers,
    deleteModifierGroup: writers,
  },
  tags: [
    {
      name: 'Catalogue',
      description: 'Products, their prices, and what can be chosen with them.',
      place: 20,
    },
  ],
} as const satisfies ModuleDeclaration;
