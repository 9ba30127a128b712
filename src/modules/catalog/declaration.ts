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
  },
  tags: [{ name: 'Catalogue', description: 'Products and their prices.', place: 20 }],
} as const satisfies ModuleDeclaration;
