import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { GiveUp, LeaseLostError, RunLater } from '../../../src/jobs/index.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser } from '../../support/shop.ts';
import { type MailSeen, mailDesk, refuse } from './mail-fixture.ts';

const { database } = await testDatabase();
const desk = await mailDesk(database);
const { server } = desk;
const admin = await addUser(database, { role: 'admin' });

beforeEach(() => {
  server.taken.length = 0;
  server.befall = async () => {};
});

/** Orders of as many customers, each with its one mail, at hand together. */
async function placedTogether(count: number) {
  const told = await Promise.all(Array.from({ length: count }, () => desk.place()));
  const jobs = await desk.claimed((await Promise.all(told.map(desk.jobsOf))).flat());
  return { told, jobs, emails: told.map(({ email }) => email) };
}

async function confirm({ orderId }: MailSeen): Promise<void> {
  const input = { status: 'CONFIRMED', reason: 'A test' } as const;
  await desk.orders.changeStatus(buildContext(admin), { orderId, input, ifMatch: null });
}

/** An order whose first two mails nobody has sent yet. */
async function placedAndConfirmed() {
  const told = await desk.place();
  await confirm(told);
  const [placed, confirmed] = await desk.jobsOf(told);
  return { told, placed: placed!, confirmed: confirmed! };
}

const subjects = () => server.taken.map(({ subject }) => subject.replace(/\d+/, 'n'));

describe('mails that are at hand together', () => {
  test('are all sent, each recorded once with the end of its job', async () => {
    const { jobs, emails } = await placedTogether(30);
    await Promise.all(jobs.map(desk.run));
    assert.deepEqual(server.taken.map(({ to }) => to).sort(), [...emails].sort());
    const { states, recorded } = await desk.outcome(jobs);
    assert.deepEqual(recorded, emails);
    assert.deepEqual(new Set(states), new Set(['done']));
  });

  test('one that is refused fails alone, for good', async () => {
    const { jobs, emails } = await placedTogether(3);
    server.befall = async (mail) => {
      if (mail.to === emails[1]) refuse(mail);
    };
    const [first, refused, last] = await Promise.allSettled(jobs.map(desk.run));
    assert.deepEqual([first?.status, last?.status], ['fulfilled', 'fulfilled']);
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof GiveUp);
    assert.deepEqual(await desk.outcome(jobs), {
      states: ['done', 'running', 'done'],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('one whose job was taken over writes nothing, and the others are recorded', async () => {
    const { jobs, emails } = await placedTogether(3);
    server.befall = async ({ id }) => {
      if (id === jobs[1]!.id) await desk.takeOver({ id });
    };
    const [first, lost, last] = await Promise.allSettled(jobs.map(desk.run));
    assert.deepEqual([first?.status, last?.status], ['fulfilled', 'fulfilled']);
    assert.ok(lost?.status === 'rejected' && lost.reason instanceof LeaseLostError);
    assert.deepEqual(await desk.outcome(jobs), {
      states: ['done', 'running', 'done'],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('one that cannot be recorded fails alone', async () => {
    const { jobs, emails } = await placedTogether(3);
    server.unrecordable.add(jobs[1]!.id);
    const ended = await Promise.allSettled(jobs.map(desk.run));
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await desk.outcome(jobs), {
      states: ['done', 'running', 'done'],
      recorded: [emails[0], null, emails[2]],
    });
  });

  test('one whose server hangs holds up neither the others nor a password reset', async () => {
    const { jobs, emails } = await placedTogether(3);
    const hang = Promise.withResolvers<void>();
    server.befall = ({ to }) => (to === emails[0] ? hang.promise : Promise.resolve());
    const hanging = desk.run(jobs[0]!);
    const [reset] = await desk.claimed([desk.resetJob()]);
    await Promise.all([...jobs.slice(1), reset!].map(desk.run));
    const before = await desk.outcome([...jobs, reset!]);
    assert.deepEqual(before.states, ['running', 'done', 'done', 'done']);
    hang.resolve();
    await hanging;
    assert.deepEqual((await desk.outcome(jobs)).recorded, emails);
  });

  test('one with nothing to tell ends its job and leaves no record', async () => {
    const told = await desk.placeFree();
    const jobs = await desk.claimed(await desk.jobsOf(told));
    await Promise.all(jobs.map(desk.run));
    assert.deepEqual(subjects(), ['Your order n is confirmed']);
    assert.deepEqual(await desk.outcome(jobs), {
      states: ['done', 'done'],
      recorded: [null, told.email],
    });
  });
});

describe('mails of one order', () => {
  const inOrder = ['We have your order n', 'Your order n is confirmed'];

  test('that are at hand together go in the order of its events, whichever came first', async () => {
    const orders = await Promise.all(Array.from({ length: 5 }, placedAndConfirmed));
    const jobs = await desk.claimed(orders.flatMap(({ placed, confirmed }) => [confirmed, placed]));
    await Promise.all(jobs.map(desk.run));
    for (const { told } of orders) {
      const mine = server.taken.filter(({ to }) => to === told.email);
      assert.deepEqual(
        mine.map(({ subject }) => subject.replace(/\d+/, 'n')),
        inOrder,
      );
    }
    assert.deepEqual(new Set((await desk.outcome(jobs)).states), new Set(['done']));
  });

  test('wait for an earlier one that another worker has, and go when it has gone', async () => {
    const { placed, confirmed } = await placedAndConfirmed();
    await desk.waiting(placed);
    const [later] = await desk.claimed([confirmed]);
    await assert.rejects(desk.run(later!), RunLater);
    assert.deepEqual(server.taken, []);
    await database.run(
      'test.end_job',
      `update jobs set state = 'done', ended_at = now() where id = $1`,
      [placed.id],
    );
    await desk.run(later!);
    assert.deepEqual(subjects(), [inOrder[1]]);
  });

  test('come again when an earlier one beside them has failed', async () => {
    const { placed, confirmed } = await placedAndConfirmed();
    const jobs = await desk.claimed([placed, confirmed]);
    server.befall = () => Promise.reject(new Error('421 not now'));
    const [first, second] = await Promise.allSettled(jobs.map(desk.run));
    assert.ok(first?.status === 'rejected' && !(first.reason instanceof RunLater));
    assert.ok(second?.status === 'rejected' && second.reason instanceof RunLater);
    assert.deepEqual(server.taken, []);
  });
});
