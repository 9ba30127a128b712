import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { GiveUp, LeaseLostError, RunLater } from '../../../src/jobs/index.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser } from '../../support/shop.ts';
import { createMailFixture, type MailedOrder, refuse } from './mail-fixture.ts';

const { database, owner } = await testDatabase();
const fixture = await createMailFixture(database);
const { server } = fixture;
const admin = await addUser(database, { role: 'admin' });

beforeEach(() => {
  server.accepted.length = 0;
  server.beforeSend = async () => {};
});

/** Places orders of as many customers and claims their mails together. */
async function placeTogether(count: number) {
  const placed = await Promise.all(Array.from({ length: count }, () => fixture.place()));
  const jobs = await fixture.claim((await Promise.all(placed.map(fixture.listJobs))).flat());
  return { jobs, emails: placed.map(({ email }) => email) };
}

async function confirm({ orderId }: MailedOrder): Promise<void> {
  const input = { status: 'CONFIRMED', reason: 'A test' } as const;
  await fixture.orders.changeStatus(buildContext(admin), { orderId, input, ifMatch: null });
}

/** Places and confirms an order, whose first two mails are not sent yet. */
async function placeAndConfirm() {
  const order = await fixture.place();
  await confirm(order);
  const [placed, confirmed] = await fixture.listJobs(order);
  return { order, placed: placed!, confirmed: confirmed! };
}

const subjects = () => server.accepted.map(({ subject }) => subject.replace(/\d+/, 'n'));

describe('mails claimed together', () => {
  test('are all sent, each recorded once, together with the end of its job', async () => {
    const { jobs, emails } = await placeTogether(30);
    await Promise.all(jobs.map(fixture.run));
    assert.deepEqual(server.accepted.map(({ to }) => to).sort(), [...emails].sort());
    const { states, recorded } = await fixture.outcome(jobs);
    assert.deepEqual(recorded, emails);
    assert.deepEqual(new Set(states), new Set([null]));
  });

  test('one that is refused fails alone and permanently', async () => {
    const { jobs, emails } = await placeTogether(3);
    server.beforeSend = async (mail) => {
      if (mail.to === emails[1]) refuse(mail);
    };
    const [first, refused, last] = await Promise.allSettled(jobs.map(fixture.run));
    assert.deepEqual([first?.status, last?.status], ['fulfilled', 'fulfilled']);
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof GiveUp);
    assert.deepEqual(await fixture.outcome(jobs), {
      states: [null, 'running', null],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('one whose job was taken over writes nothing; the others are recorded', async () => {
    const { jobs, emails } = await placeTogether(3);
    server.beforeSend = async ({ id }) => {
      if (id === jobs[1]!.id) await fixture.takeOver({ id });
    };
    const [first, lost, last] = await Promise.allSettled(jobs.map(fixture.run));
    assert.deepEqual([first?.status, last?.status], ['fulfilled', 'fulfilled']);
    assert.ok(lost?.status === 'rejected' && lost.reason instanceof LeaseLostError);
    assert.deepEqual(await fixture.outcome(jobs), {
      states: [null, 'running', null],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('one that cannot be recorded fails alone', async () => {
    const { jobs, emails } = await placeTogether(3);
    await fixture.refuseRecord(owner, jobs[1]!);
    const ended = await Promise.allSettled(jobs.map(fixture.run));
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await fixture.outcome(jobs), {
      states: [null, 'running', null],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('are recorded on a database that was restored to a state before the settings of this server', async () => {
    const before = await placeTogether(1);
    await Promise.all(before.jobs.map(fixture.run));
    await database.run('test.restore', 'delete from mail_settings', []);
    const { jobs, emails } = await placeTogether(2);
    await Promise.all(jobs.map(fixture.run));
    assert.deepEqual((await fixture.outcome(jobs)).recorded, emails);
  });

  test('one whose server hangs holds up neither the others nor a password reset', async () => {
    const { jobs, emails } = await placeTogether(3);
    const hang = Promise.withResolvers<void>();
    server.beforeSend = ({ to }) => (to === emails[0] ? hang.promise : Promise.resolve());
    const hanging = fixture.run(jobs[0]!);
    const [reset] = await fixture.claim([fixture.accountJob('password.reset')]);
    await Promise.all([...jobs.slice(1), reset!].map(fixture.run));
    const before = await fixture.outcome([...jobs, reset!]);
    assert.deepEqual(before.states, ['running', null, null, null]);
    hang.resolve();
    await hanging;
    assert.deepEqual((await fixture.outcome(jobs)).recorded, emails);
  });

  test('one that is not due ends its job and leaves no record', async () => {
    const order = await fixture.placeFree();
    const jobs = await fixture.claim(await fixture.listJobs(order));
    await Promise.all(jobs.map(fixture.run));
    assert.deepEqual(subjects(), ['Your order n is confirmed']);
    assert.deepEqual(await fixture.outcome(jobs), {
      states: [null, null],
      recorded: [null, order.email],
    });
  });
});

describe('mails of one order', () => {
  const inOrder = ['We have your order n', 'Your order n is confirmed'];

  test('are sent in the order of its events if they are claimed together, whichever came first', async () => {
    const orders = await Promise.all(Array.from({ length: 5 }, placeAndConfirm));
    const jobs = await fixture.claim(
      orders.flatMap(({ placed, confirmed }) => [confirmed, placed]),
    );
    await Promise.all(jobs.map(fixture.run));
    for (const { order } of orders) {
      const mine = server.accepted.filter(({ to }) => to === order.email);
      assert.deepEqual(
        mine.map(({ subject }) => subject.replace(/\d+/, 'n')),
        inOrder,
      );
    }
    assert.deepEqual(new Set((await fixture.outcome(jobs)).states), new Set([null]));
  });

  test('wait for an earlier one of another worker, and are sent once that is sent', async () => {
    const { placed, confirmed } = await placeAndConfirm();
    await fixture.addWaiting(placed);
    const [later] = await fixture.claim([confirmed]);
    await assert.rejects(fixture.run(later!), RunLater);
    assert.deepEqual(server.accepted, []);
    await database.run('test.end_job', 'delete from jobs where id = $1', [placed.id]);
    await fixture.run(later!);
    assert.deepEqual(subjects(), [inOrder[1]]);
  });

  test('are tried again later if an earlier one fails', async () => {
    const { placed, confirmed } = await placeAndConfirm();
    const jobs = await fixture.claim([placed, confirmed]);
    server.beforeSend = () => Promise.reject(new Error('421 not now'));
    const [first, second] = await Promise.allSettled(jobs.map(fixture.run));
    assert.ok(first?.status === 'rejected' && !(first.reason instanceof RunLater));
    assert.ok(second?.status === 'rejected' && second.reason instanceof RunLater);
    assert.deepEqual(server.accepted, []);
  });
});
