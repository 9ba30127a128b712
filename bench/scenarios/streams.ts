import { type ChildProcess, fork } from 'node:child_process';
import { pause } from '../../src/shared/pause.ts';
import { costOfOne } from '../support/processor-time.ts';
import { ascending, quantile } from '../support/quantile.ts';
import { type BenchOrder, placeOrders } from '../support/shop.ts';
import type { StreamsJob, StreamsReport } from '../support/streams-process.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { below, both, STREAM_P99_MS_MAX } from './targets.ts';

/** Screens that follow every order. The other streams belong to customers who follow one of their own. */
const SCREENS = 10;
/** The most streams that a server keeps open for one caller. */
export const STREAMS_OF_CALLER_MAX = 20;
const CHANGES_PER_SECOND = 100;
const STEPS = ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];
const RECEIVED_WITHIN_MS = 10_000;

/** The kitchen works through orders while their customers and the screens follow them. */
export const streams: Scenario = {
  name: 'streams',
  says: 'a change to its followers',
  run: measure,
};

async function measure(input: ScenarioInput): Promise<Measurement[]> {
  const { environment, shop, durationSeconds } = input;
  const screens = Math.min(SCREENS, input.streams - 1);
  const orders = await placeOrders(environment.url, shop, input.streams - screens);
  const child = fork(new URL('../support/streams-process.ts', import.meta.url), {
    stdio: 'inherit',
  });
  try {
    await open(child, {
      streams: [
        ...Array.from({ length: screens }, () => ({
          url: `${environment.url}/api/stream`,
          token: environment.adminToken,
        })),
        ...orders.map(({ id, token }) => ({
          url: `${environment.url}/api/orders/${id}/stream`,
          token,
        })),
      ],
    });
    const changesMax = orders.length * STEPS.length;
    const changes = Math.min(durationSeconds * CHANGES_PER_SECOND, changesMax);
    const before = await environment.processorTime(environment.server);
    const startedAt = performance.now();
    await makeChanges(input, orders, changes);
    const seconds = (performance.now() - startedAt) / 1_000;
    const wanted = changes * (screens + 1);
    const { delaysMs, broken } = await waitForEvents(child, wanted);
    const after = await environment.processorTime(environment.server);
    const sorted = delaysMs.toSorted(ascending);
    const p99 = quantile(sorted, 0.99);
    const failures = Math.max(0, wanted - sorted.length) + broken;
    return [
      {
        scenario: streams.name,
        what: `${streams.says}: ${input.streams} streams open, ${screens} of them of all orders`,
        perSecond: sorted.length / seconds,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: p99,
        reference: null,
        cost: costOfOne(before, after, sorted.length),
        failures,
        target: both(below(p99, STREAM_P99_MS_MAX, 'ms p99'), below(failures, 1, 'lost')),
      },
    ];
  } finally {
    child.kill();
  }
}

/** Makes changes at a fixed rate, however long the replies take. */
async function makeChanges(
  { environment }: ScenarioInput,
  orders: readonly BenchOrder[],
  changes: number,
): Promise<void> {
  const startedAt = performance.now();
  /** One promise per order, because the changes of an order wait for each other. */
  const pending: Promise<void>[] = orders.map(() => Promise.resolve());
  let failure: unknown;
  for (let change = 0; change < changes; change += 1) {
    const dueMs = (change * 1_000) / CHANGES_PER_SECOND;
    const waitMs = startedAt + dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const place = change % orders.length;
    const status = STEPS[Math.floor(change / orders.length)]!;
    pending[place] = pending[place]!.then(() => move(environment, orders[place]!.id, status)).catch(
      (error: unknown) => {
        failure ??= error;
      },
    );
  }
  await Promise.all(pending);
  if (failure !== undefined) throw failure;
}

async function move(
  { url, adminToken }: ScenarioInput['environment'],
  id: string,
  status: string,
): Promise<void> {
  const reply = await fetch(`${url}/api/orders/${id}/status`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`a change was refused: ${text}`);
}

async function open(child: ChildProcess, job: StreamsJob): Promise<void> {
  const opened = receiveReport(child);
  child.send(job);
  await opened;
}

/** Polls until all expected events have arrived or the time is up. */
async function waitForEvents(child: ChildProcess, wanted: number) {
  const endsAt = performance.now() + RECEIVED_WITHIN_MS;
  for (;;) {
    const answer = receiveReport(child);
    child.send('report');
    const report = await answer;
    if (report.kind !== 'received') throw new Error('the streams opened twice');
    if (report.delaysMs.length >= wanted || performance.now() > endsAt) return report;
    await pause(100);
  }
}

function receiveReport(child: ChildProcess): Promise<StreamsReport> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`the process with the streams exited with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as StreamsReport);
    });
  });
}
