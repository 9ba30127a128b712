import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { IMPORT_BATCH_MAX, importOrders, productKey } from '../../../src/modules/orders/index.ts';
import { toSlices } from '../../../src/shared/slices.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct, testAuthor } from '../../support/shop.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Returns the bytes that are still needed, of objects and of buffers. */
function measureBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const { database, url } = await testDatabase();
const server = await startTestServer({ database, url });

const ORDERS = 10_000;
const MIB = 1024 * 1024;

test('the data of a person with ten thousand orders is sent without holding it', async () => {
  const { identity } = await server.signUp();
  const product = await addProduct(database);
  const line = { name: 'Tart '.repeat(60), sku: product.sku, quantity: 1, unitPriceMinor: 250 };
  const products = new Map([[productKey(line), product]]);
  const orders = Array.from({ length: ORDERS }, (_, place) => ({
    number: `L-${place}`,
    createdAt: new Date(Date.UTC(2019, 0, 1, 12) + place * 1_000),
    email: identity.email,
    lines: Array.from({ length: 4 }, () => line),
  }));
  for (const batch of toSlices(orders, IMPORT_BATCH_MAX)) {
    await importOrders(database, testAuthor, batch, products, 'GBP');
  }

  const before = measureBytes();
  const response = await fetch(`${server.url}/api/users/${identity.userId}/personal-data`, {
    headers: { authorization: `Bearer ${identity.accessToken}` },
  });
  assert.equal(response.status, 200);
  let [bytes, measuredAt, names] = [0, 0, 0];
  const held: number[] = [];
  let rest = '';
  for await (const chunk of response.body!) {
    bytes += chunk.length;
    const text = rest + Buffer.from(chunk).toString('latin1');
    names += text.split('"name":"Tart').length - 1;
    // May be the beginning of a name, and is shorter than what is counted.
    rest = text.slice(-11);
    if (bytes - measuredAt < 2 * MIB) continue;
    measuredAt = bytes;
    held.push(measureBytes() - before);
  }
  assert.equal(names, 4 * ORDERS);
  assert.ok(bytes > 20 * MIB, `${bytes} bytes`);
  // Freed buffers are counted until a thread of V8 has returned them, so the least is what is really held.
  const least = Math.min(...held.slice(held.length / 2));
  assert.ok(least < 4 * MIB, `${least} of ${bytes} bytes were held`);
});
