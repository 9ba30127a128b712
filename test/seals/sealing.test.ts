import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSealing, createSealKeys } from '../../src/seals/index.ts';
import { testDatabase } from '../support/database.ts';
import { append, appendUncommitted, namedFact } from '../support/log.ts';
import { collectLines } from '../support/log-lines.ts';
import { createSealedLog, LOWER_RECORD, runUnguarded } from '../support/sealed-log.ts';
import { assertAllSealed, newSealKey, newSealKeys } from '../support/seals.ts';
import { startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const db = await testDatabase({ invariants: false });
const { database } = db;
const never = new AbortController().signal;
const key = newSealKey();
const { logger, lines } = collectLines();
const environment = { SEAL_KEY: key, LOG_SEAL_SECONDS: '0.2' };

describe('two servers that work', () => {
  test('seal what is written to either, at once what was there before, and later in turns', async () => {
    await append(database, namedFact('before'));
    const options = { environment, logger, background: true };
    const servers = [await startTestServer(db, options), await startTestServer(db, options)];
    const keys = createSealKeys([key]);
    await until(() => assertAllSealed(database, keys));
    const admin = await servers[0]!.asAdmin();
    const tart = { name: 'Tart', price: { amount: 595, currency: 'GBP' } };
    for (const sku of ['A', 'B']) {
      const made = await admin.post('/api/products', { sku, onHand: 1, ...tart });
      assert.equal(made.status, 201, made.text);
    }
    const seals = await until(async () => {
      const all = await assertAllSealed(database, keys);
      for (const log of ['events', 'audit']) assert.ok(all.some((seal) => seal.log === log));
      return all;
    });
    const sealed = (log: string) =>
      seals.filter((seal) => seal.log === log).reduce((sum, { rows }) => sum + rows, 0);
    const count = (text: string, log: string) =>
      Number(new RegExp(`^log_rows_sealed_total\\{log="${log}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
    // A server counts after its seals are committed.
    await until(async () => {
      const texts = await Promise.all(
        servers.map(({ application }) => application.modules.operations.metrics.render()),
      );
      for (const log of ['events', 'audit']) {
        assert.equal(
          texts.reduce((sum, text) => sum + count(text, log), 0),
          sealed(log),
        );
      }
      for (const text of texts) assert.match(text, /^log_seal_lag_seconds 0$/m);
    });
    await Promise.all(servers.map((server) => server.stop()));
  });

  test('log the newest seal, so that lines kept elsewhere tell what was sealed', async () => {
    const told = lines.filter(({ msg }) => msg === 'the log was sealed');
    const newest = (await assertAllSealed(database, createSealKeys([key]))).at(-1)!;
    const { number, hash, at } = newest;
    assert.deepEqual(told.at(-1)!.seal, { number, hash, at });
  });
});

describe('a server that only answers', () => {
  test('seals nothing, and tells for how long nobody has', async () => {
    const [before] = await countSeals();
    const server = await startTestServer(db, {
      environment: { LOG_SEAL_SECONDS: '0.05', ROLE: 'api' },
      background: true,
    });
    await append(database, namedFact('unsealed'));
    const { application } = server;
    await until(async () => {
      const text = await application.modules.operations.metrics.render();
      assert.ok(Number(/^log_seal_lag_seconds (.+)$/m.exec(text)?.[1]) > 0.5, text);
    });
    assert.deepEqual(await countSeals(), [before]);
    await server.stop();
  });
});

describe('sealing that is held up', () => {
  test('warns once the oldest row has waited for ten intervals', async () => {
    const held = collectLines();
    const { schedule, lagSeconds } = createSealing({
      database,
      keys: newSealKeys(),
      everySeconds: 0.01,
      log: held.logger,
    });
    await append(database, namedFact('waiting'));
    const open = await appendUncommitted(database, namedFact('open'));
    await schedule.run(never);
    assert.ok((await lagSeconds()) >= 0.1);
    const [line, ...others] = held.lines;
    assert.equal(others.length, 0);
    assert.deepEqual([line!.level, line!.logs], [40, ['events']]);
    await open.rollBack();
    await schedule.run(never);
    assert.equal(await lagSeconds(), 0);
  });
});

describe('sealing that misses seals', async () => {
  const log = await createSealedLog();

  for (const [what, removal] of Object.entries({
    'all of them': 'delete from log_seals',
    'the newest': 'delete from log_seals where number > 7',
    'what it has made itself, and the record of it': `delete from log_seals where number > 6; ${LOWER_RECORD}`,
  })) {
    test(`says so once, and until they are there again: ${what}`, async () => {
      await log.tamper('drop table if exists copied', async () => {
        const told = collectLines();
        const { schedule, areSealsMissing } = createSealing({
          database: log.database,
          keys: log.keys,
          everySeconds: 60,
          log: told.logger,
        });
        const sealMore = async () => {
          for (let run = 0; run < 2; run += 1) {
            await log.write(1);
            await schedule.run(never);
          }
        };
        const errors = () => told.lines.filter(({ level }) => level === 50).length;
        await sealMore();
        assert.deepEqual([await areSealsMissing(), errors()], [false, 0]);
        await runUnguarded(log.owner, ['create table copied as table log_seals', removal]);
        assert.equal(await areSealsMissing(), true);
        await sealMore();
        assert.deepEqual([await areSealsMissing(), errors()], [true, 1]);
        await runUnguarded(log.owner, [
          'delete from log_seals where number in (select number from copied)',
          'insert into log_seals table copied',
          `update newest_seal
              set (number, hash) = (select number, hash from log_seals order by number desc limit 1)`,
        ]);
        assert.equal(await areSealsMissing(), false);
      });
    });
  }
});

const countSeals = () =>
  database.run<{ count: number }>('test.count_seals', 'select count(*)::int from log_seals', []);
