import type { Registry } from 'prom-client';
import type { HostStatus } from '../../database/failover/index.ts';
import { describeHosts, type ReadHosts } from './database-hosts.ts';
import { watchGauge, watchNumber } from './watch-gauge.ts';

const states: readonly HostStatus['state'][] = ['primary', 'standby', 'read_only', 'unreachable'];

/** Registers gauges of the hosts of the database, which are absent if there is only one. */
export function watchHosts(registry: Registry, read: ReadHosts): void {
  watchGauge(registry, {
    name: 'database_hosts',
    help: 'Hosts of DATABASE_URL by what they are; absent if it names one.',
    label: 'state',
    async read() {
      const { hosts } = requireKnown(read());
      return new Map(
        states.map((state) => [state, hosts.filter((host) => host.state === state).length]),
      );
    },
  });
  watchNumber(registry, {
    name: 'database_timeline',
    help: 'Timeline of the primary, which rises with each promotion; absent without one, or with one host.',
    read: async () => requireKnown(requireKnown(read()).primary).timeline,
  });
  watchNumber(registry, {
    name: 'database_standby_lag_bytes',
    help: 'What the furthest standby of DATABASE_URL has not applied yet; absent if none can be asked.',
    async read() {
      const lags = describeHosts(requireKnown(read())).flatMap(({ lagBytes }) => lagBytes ?? []);
      return requireKnown(lags.length === 0 ? null : Math.max(...lags));
    },
  });
}

function requireKnown<T>(value: T | null): T {
  if (value === null) throw new Error('it is not known');
  return value;
}
