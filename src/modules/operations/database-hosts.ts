import type { HostStatus, PrimaryStatus } from '../../database/failover/index.ts';
import type { DatabaseHostsView } from './schemas.ts';

/** Reads what is known of the hosts of the database; null if there is only one. */
export type ReadHosts = () => PrimaryStatus | null;

/** A host as others see it. */
interface HostView {
  readonly host: string;
  readonly state: HostStatus['state'];
  readonly timeline: number | null;
  readonly lagBytes: number | null;
  readonly lagSeconds: number | null;
}

/** Returns how far each host is behind the primary. */
export function describeHosts({ primary, hosts }: PrimaryStatus): HostView[] {
  const end = hosts.find(({ host }) => host === primary?.host)?.position ?? null;
  return hosts.map(({ host, state, timeline, position, lagSeconds }) => {
    const isBehind = state === 'standby' && end !== null && position !== null;
    const lagBytes = isBehind ? Math.max(0, end - position) : null;
    return {
      host,
      state,
      timeline,
      lagBytes,
      // Without new transactions the last one that was applied gets older, although nothing is missing.
      lagSeconds: lagBytes === 0 ? 0 : isBehind ? lagSeconds : null,
    };
  });
}

/** Whether a host of the URL could take over. */
export function hasStandby({ hosts }: PrimaryStatus): boolean {
  return hosts.some(({ state }) => state === 'standby');
}

/** Describes the hosts for the health report. Host names are for those who may know them. */
export function presentHosts(status: PrimaryStatus, showsNames: boolean): DatabaseHostsView {
  const { primary, hosts } = status;
  const own = hosts.find(({ host }) => host === primary?.host);
  const standbys = own?.standbys ?? [];
  return {
    primary:
      primary === null
        ? null
        : { host: showsNames ? primary.host : null, timeline: primary.timeline },
    hosts: describeHosts(status).map((host) => ({ ...host, host: showsNames ? host.host : null })),
    waitsForStandby: own?.isSynchronous ?? false,
    // PostgreSQL shows a role without pg_read_all_stats only that there are some.
    standbys: standbys.some(({ state }) => state === null)
      ? null
      : standbys.map((standby) => ({ ...standby, name: showsNames ? standby.name : null })),
  };
}
