import { Gauge, type Registry } from 'prom-client';
import type { HostStatus } from '../../database/failover/index.ts';
import { describeHosts, type ReadHosts } from './database-hosts.ts';

const states: readonly HostStatus['state'][] = ['primary', 'standby', 'read_only', 'unreachable'];

/** Registers gauges of the hosts of the database, which are absent if there is only one. */
export function watchHosts(registry: Registry, read: ReadHosts): void {
  const registers = [registry];
  new Gauge({
    name: 'database_hosts',
    help: 'Hosts of DATABASE_URL by what they are; absent if it names one.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      const hosts = read()?.hosts;
      if (hosts === undefined) return;
      for (const state of states) {
        this.set({ state }, hosts.filter((host) => host.state === state).length);
      }
    },
  });
  const watchNumber = (name: string, help: string, readNumber: () => number | null) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = readNumber();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  };
  watchNumber(
    'database_timeline',
    'Timeline of the primary, which rises with each promotion; absent without one, or with one host.',
    () => read()?.primary?.timeline ?? null,
  );
  watchNumber(
    'database_standby_lag_bytes',
    'What the furthest standby of DATABASE_URL has not applied yet; absent if none can be asked.',
    () => {
      const status = read();
      const lags = status === null ? [] : describeHosts(status).flatMap((it) => it.lagBytes ?? []);
      return lags.length === 0 ? null : Math.max(...lags);
    },
  );
}
