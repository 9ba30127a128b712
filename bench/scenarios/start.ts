import { join } from 'node:path';
import { ascending, quantile } from '../support/quantile.ts';
import { startServer } from '../support/server.ts';
import {
  type Measurement,
  type Scenario,
  type ScenarioInput,
  withoutRequests,
} from './scenario.ts';
import { below, READY_MS_MAX } from './targets.ts';

const STARTS = 3;

/** How soon a restarted server is ready, with its own PostgreSQL and on another one. */
export const start: Scenario = {
  name: 'start',
  says: 'the start on existing data',
  async run({ environment }) {
    const dataDir = join(environment.folder, 'start');
    // The first start creates the data.
    await (await startServer({ dataDir })).stop();
    return [
      await measureStarts(environment, 'with its own PostgreSQL', () => startServer({ dataDir })),
      await measureStarts(environment, 'next to the loaded server', () =>
        environment.startServerOn(environment.databaseUrl),
      ),
    ];
  },
};

/** Also measures the processor time of the server's process, which a busy machine affects less than the wait. */
async function measureStarts(
  environment: ScenarioInput['environment'],
  where: string,
  startOne: () => ReturnType<typeof startServer>,
): Promise<Measurement> {
  const times: number[] = [];
  const busyMs: number[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const server = await startOne();
    times.push(server.readyAfterMs);
    const spent = await environment.processorTime(server);
    if (spent !== null) busyMs.push(spent.server / 1_000);
    await server.stop();
  }
  times.sort(ascending);
  const slowest = quantile(times, 1);
  busyMs.sort(ascending);
  const busy = busyMs.length === 0 ? '' : `, ${quantile(busyMs, 0.5)} ms of processor time`;
  return {
    ...withoutRequests,
    scenario: start.name,
    what: `ready on existing data, ${where}: the median and the slowest of ${STARTS} starts${busy}`,
    p50Ms: quantile(times, 0.5),
    p99Ms: slowest,
    target: below(slowest, READY_MS_MAX, 'ms'),
  };
}
