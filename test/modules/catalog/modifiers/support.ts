import assert from 'node:assert/strict';
import type { Database } from '../../../../src/database/database.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { createTestCatalog } from '../../../support/catalogue.ts';
import { buildContext } from '../../../support/orders.ts';
import { addUser } from '../../../support/shop.ts';

const pounds = (amount: number) => ({ amount, currency: 'GBP' });
let count = 0;

/** Returns a modifier code that no other call returns. */
export function nextCode(): string {
  count += 1;
  return `MOD-${count}`;
}

export const modifier = (code = nextCode(), rest: object = {}) => ({
  code,
  name: `Name of ${code}`,
  price: pounds(50),
  ...rest,
});

/** Creates the catalogue of a test's database, with the calls of an admin that tests of modifiers make. */
export async function createModifierTests(database: Database) {
  const catalog = createTestCatalog(database);
  const admin = await addUser(database, { role: 'admin' });

  type CreateInput = Parameters<typeof catalog.createModifierGroup>[1];
  type UpdateInput = Parameters<typeof catalog.updateModifierGroup>[2];

  return {
    catalog,
    admin,
    async create(rest: Partial<CreateInput> = {}) {
      const input = { name: 'Extras', min: 0, max: 5, modifiers: [modifier()], ...rest };
      return (await catalog.createModifierGroup(buildContext(admin), input)).result;
    },
    async update(id: string, input: UpdateInput, accepted: number[] | null = null) {
      return (await catalog.updateModifierGroup(buildContext(admin), id, input, accepted)).result;
    },
    remove: (id: string) => catalog.deleteModifierGroup(buildContext(admin), id, null),
    async createDish(modifierGroupIds: string[] = []) {
      const sku = `DISH-${nextCode()}`;
      const input = { sku, name: sku, price: pounds(500), modifierGroupIds };
      return (await catalog.createProduct(buildContext(admin), input)).result;
    },
    editDish: (id: string, modifierGroupIds: string[]) =>
      catalog.updateProduct(buildContext(admin), id, { modifierGroupIds }, null),
  };
}

/** Checks that an error names these locations. */
export const pointers = (expected: readonly string[]) => (error: CodedError) => {
  assert.deepEqual(
    error.details.errors?.map(({ pointer }) => pointer),
    expected,
  );
  return true;
};
