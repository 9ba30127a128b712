import type { PrimaryWatch } from '../../../database/failover/index.ts';
import { describeHosts } from '../../../modules/operations/index.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'failover';

/** Describes the hosts of the database, which a statement has found the primary of. Nothing if there is only one. */
export function hostFindings(primary: PrimaryWatch | null): Finding[] {
  if (primary === null) return [];
  const status = primary.status();
  const hosts = describeHosts(status).map(({ host, state, lagBytes }) => {
    if (state === 'primary' && host !== status.primary?.host) {
      return `${host} takes writes although it is not the primary any more`;
    }
    const lag = lagBytes === null ? '' : `, ${lagBytes} bytes behind`;
    return `${host} is ${descriptions[state]}${lag}`;
  });
  const others = status.hosts.filter(({ host }) => host !== status.primary?.host);
  const own = status.hosts.find(({ host }) => host === status.primary?.host);
  const say = `timeline ${status.primary?.timeline}: ${hosts.join('; ')}`;
  if (others.some(({ state }) => state !== 'standby')) {
    const remedy = 'let each of the others follow the primary, or remove it from DATABASE_URL';
    return [createFinding(WHAT, 'look', `${say}; ${remedy}`)];
  }
  if (own?.isSynchronous === true) {
    return [createFinding(WHAT, 'ok', `${say}; commits wait for a standby`)];
  }
  const remedy =
    'commits do not wait for a standby, so the last ones are lost with the primary: set synchronous_standby_names on it';
  return [createFinding(WHAT, 'look', `${say}; ${remedy}`)];
}

const descriptions = {
  primary: 'the primary',
  standby: 'a standby',
  read_only: 'read-only',
  unreachable: 'unreachable',
} as const;
