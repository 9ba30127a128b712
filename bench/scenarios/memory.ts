import { pause } from '../../src/shared/pause.ts';
import { runLoad } from '../support/load.ts';
import { buildPlacements } from '../support/shop.ts';
import { mixture } from './mixed.ts';
import {
  type Measurement,
  type Scenario,
  type ScenarioInput,
  withoutRequests,
} from './scenario.ts';
import { below, both, FLAT_RATIO_MAX, MEMORY_MB_MAX } from './targets.ts';

/** A small part of a server's capacity, so that the machine has time for other work too. */
const STEADY_PER_SECOND = 100;
const SAMPLES = 12;

/** How much memory a server uses after full load, and whether the amount keeps growing. */
export const memory: Scenario = {
  name: 'memory',
  says: 'memory after load, and under a steady mixture',
  run: async (input) => [await afterLoad(input), await whileSteady(input)],
};

async function afterLoad({
  environment,
  shop,
  durationSeconds,
  connections,
}: ScenarioInput): Promise<Measurement> {
  const seconds = Math.min(durationSeconds, 30);
  const { failed } = await runLoad({
    url: environment.url,
    connections,
    durationSeconds: seconds,
    requests: buildPlacements(shop, { hot: false }),
  });
  const memoryMb = await environment.server.memoryMb();
  return {
    ...withoutRequests,
    scenario: memory.name,
    what: `resident memory of the API after ${seconds} s of orders and everything before: ${memoryMb} MB`,
    failures: failed,
    target: below(memoryMb, MEMORY_MB_MAX, 'MB'),
  };
}

/** Measures a new server, so that its memory comes from this load alone. In the first half it reaches its size. */
async function whileSteady({
  environment,
  shop,
  durationSeconds,
  connections,
}: ScenarioInput): Promise<Measurement> {
  const server = await environment.startServerOn(environment.databaseUrl);
  try {
    const load = runLoad({
      url: server.url,
      connections,
      durationSeconds,
      perSecond: STEADY_PER_SECOND,
      requests: await mixture(environment, shop),
    });
    const samples: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await pause((durationSeconds * 1_000) / SAMPLES);
      samples.push(await server.memoryMb());
    }
    const { failed } = await load;
    const middle = SAMPLES / 2;
    const grown = Math.max(...samples.slice(middle)) / Math.max(...samples.slice(0, middle));
    return {
      ...withoutRequests,
      scenario: memory.name,
      what:
        `resident memory of the API under ${STEADY_PER_SECOND} mixed requests a second for ` +
        `${durationSeconds} s, in ${SAMPLES} samples: ${samples.join(', ')} MB; second half to first: ${grown.toFixed(2)}`,
      failures: failed,
      target: both(
        below(Math.max(...samples), MEMORY_MB_MAX, 'MB'),
        below(grown, FLAT_RATIO_MAX, 'times the first half'),
      ),
    };
  } finally {
    await server.stop();
  }
}
