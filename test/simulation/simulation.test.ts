import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseFromSeed } from './choices.ts';
import { install } from './install.ts';

install(null);
const { digestSql, readDigests } = await import('./modelled-sql.ts');
const { simulateSeed } = await import('./simulate.ts');
const { statements } = await import('./statements/index.ts');
const { used } = await import('./store/connection.ts');
const { realNowMs } = await import('./virtual-time.ts');

const STEPS_MAX = 2_000;
/** A part of what CI takes; `.ci/run` has a longer run of its own. */
const TIME_MS = 3_000;

test('new seeds keep every promise', async () => {
  const untilMs = realNowMs() + TIME_MS;
  for (let seed = 1 + Math.floor(Math.random() * 1e9); realNowMs() < untilMs; seed += 1) {
    const { violation } = await simulateSeed(seed, STEPS_MAX);
    const again = `npm run simulate -- --seed ${seed} --steps ${STEPS_MAX}`;
    assert.equal(violation, null, `${again} shows this again`);
  }
});

test('a seed takes the same steps each time', async () => {
  for (const seed of [3, 12, 20]) {
    const first = await simulateSeed(seed, STEPS_MAX, { withLog: true });
    const second = await simulateSeed(seed, STEPS_MAX, { withLog: true });
    assert.deepEqual(second.log, first.log);
    assert.ok(first.log.length > 200);
  }
});

test('the choices of a seed are spread evenly, and the same each time', () => {
  const counts = new Array<number>(8).fill(0);
  const choices = chooseFromSeed(1, 10_000);
  const repeated = chooseFromSeed(1, 10_000);
  while (choices.begin() && repeated.begin()) {
    const chosen = choices.below(8);
    assert.equal(repeated.below(8), chosen);
    counts[chosen]! += 1;
  }
  for (const count of counts) assert.ok(count > 1_100 && count < 1_400);
});

test('the runs reach every statement that the store knows', async () => {
  // Together with the runs of the tests above. Which seeds these are does not matter, as long as they suffice.
  for (let seed = 1; seed <= 30; seed += 1) await simulateSeed(seed, STEPS_MAX);
  const never = Object.keys(statements).filter((name) => !used.has(name));
  assert.deepEqual(never, []);
});

test('the store was compared with the SQL that it stands for', async () => {
  // After a change of SQL: compare the store, in statements/, and note it with `npm run simulate -- --accept-sql`.
  assert.deepEqual(await readDigests(), await digestSql());
});
