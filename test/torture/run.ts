import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tortureFailover } from './failover/failover.ts';
import { tortureLong } from './long/long.ts';
import { isDriverName } from './queue-carriers.ts';
import { say } from './say.ts';
import { tortureServers } from './servers.ts';
import { tortureWorkers } from './workers.ts';

/**
 * `npm run torture [-- servers] [--seconds N] [--seed N] [--clients N]`,
 * `npm run torture -- workers [--driver postgres|bullmq|sqs] [--kills N] [--seconds N] [--seed N]`,
 * `npm run torture -- failover [--rounds N] [--seed N] [--clients N] [--fault NAME] [--folder F]` and
 * `npm run torture -- long --folder F [--operations N] [--kills N] [--stretch-operations N] [--seed N] [--clients N] [--resume]`:
 * kills and disconnects the real system in the middle of its work and then checks what was promised. The seed determines faults
 * and orders, but not their timing. Uses loopback only, is bounded, and stops everything that it started.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
    clients: { type: 'string' },
    driver: { type: 'string', default: 'postgres' },
    kills: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    fault: { type: 'string' },
    operations: { type: 'string' },
    'stretch-operations': { type: 'string' },
    folder: { type: 'string' },
    resume: { type: 'boolean', default: false },
  },
});

function whole(name: keyof typeof values, max: number, byDefault = ''): number {
  const value = Number(values[name] ?? byDefault);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${max}.`);
}

async function main(): Promise<boolean> {
  const [what = 'servers'] = positionals;
  const seed = whole('seed', 1_000_000_000);
  const interrupted = new AbortController();
  const { signal } = interrupted;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
  switch (what) {
    case 'servers':
      return tortureServers({
        seconds: whole('seconds', 3_600, '60'),
        seed,
        clients: whole('clients', 200, '24'),
        signal,
      });
    case 'workers': {
      const { driver } = values;
      if (!isDriverName(driver)) throw new Error('--driver must be postgres, bullmq or sqs.');
      return tortureWorkers({
        driver,
        kills: whole('kills', 1_000, '30'),
        secondsMax: whole('seconds', 7_200, '3600'),
        seed,
        signal,
      });
    }
    case 'failover':
      return tortureFailover({
        rounds: whole('rounds', 10_000),
        seed,
        clients: whole('clients', 200, '8'),
        fault: values.fault ?? null,
        folder: values.folder === undefined ? null : resolve(values.folder),
        signal,
      });
    case 'long': {
      const { folder, resume } = values;
      if (folder === undefined) throw new Error('--folder must name the folder of the run.');
      return tortureLong({
        operations: whole('operations', 100_000_000, '1000000'),
        kills: whole('kills', 1_000_000, '2000'),
        stretchOperations: whole('stretch-operations', 1_000_000, '40000'),
        folder: resolve(folder),
        resume,
        seed,
        clients: whole('clients', 200, '64'),
        signal,
      });
    }
    default:
      throw new Error(`${what} is unknown. Use servers, workers, failover or long.`);
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 3;
}
