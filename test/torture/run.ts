import { parseArgs } from 'node:util';
import { tortureFailover } from './failover/failover.ts';
import { isDriverName } from './queue-carriers.ts';
import { say } from './say.ts';
import { tortureServers } from './servers.ts';
import { tortureWorkers } from './workers.ts';

/**
 * `npm run torture [-- servers] [--seconds N] [--seed N] [--clients N]`,
 * `npm run torture -- workers [--driver postgres|bullmq|sqs] [--kills N] [--seconds N] [--seed N]` and
 * `npm run torture -- failover [--rounds N] [--seed N] [--clients N] [--fault NAME] [--data-dir DIR]`: kills and
 * disconnects the real system in the middle of its work and then checks what was promised. The seed determines faults
 * and orders, but not their timing. Uses loopback only, is bounded, and stops everything that it started.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
    clients: { type: 'string' },
    driver: { type: 'string', default: 'postgres' },
    kills: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '20' },
    fault: { type: 'string' },
    'data-dir': { type: 'string' },
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
        kills: whole('kills', 1_000),
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
        dataDir: values['data-dir'] ?? null,
        signal,
      });
    default:
      throw new Error(`${what} is unknown. Use servers, workers or failover.`);
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 3;
}
