import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgresPair } from '../support/replication/pair.ts';
import { findLosses, startPairedShop } from '../support/replication/paired-shop.ts';

const pair = await startPostgresPair();
after(() => pair.stop());
const [one, two] = pair.members;
await pair.makeSynchronous(one, two);
const shop = await startPairedShop({ pair, primary: one, servers: 2 });
after(() => shop.stop());

/** Required of the product; tests on a busy machine wait longer for it to begin. */
const WRITES_BACK_MS = 45_000;

test('when the primary is killed and its standby promoted, nothing acknowledged is lost, and writes are back', async (t) => {
  const load = await shop.startLoad({ clients: 12, seed: 7 });
  await load.untilAcknowledged(100);
  const lostAt = performance.now();
  await one.node.kill();
  await two.node.promote();
  const promotedAt = performance.now();
  const backAt = await load.untilAcknowledged(1);
  t.diagnostic(
    `promoted after ${Math.round(promotedAt - lostAt)} ms, writes back after ${Math.round(backAt - lostAt)} ms`,
  );
  assert.ok(backAt - lostAt < WRITES_BACK_MS);
  await load.untilAcknowledged(100);
  const history = await load.stop();
  assert.deepEqual(await findLosses(shop.open(two), history), []);
});
