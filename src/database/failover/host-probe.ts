import pg from 'pg';
import type { HostReport } from './choose-primary.ts';
import { getStream } from './doubts.ts';
import type { DatabaseHost } from './host-list.ts';

/** A standby as its primary sees it. What the role may not see is null. */
export interface StandbyRow {
  /** Its application_name. */
  readonly name: string | null;
  readonly state: string | null;
  /** `sync` or `quorum`: commits wait for it. */
  readonly syncState: string | null;
  readonly lagBytes: number | null;
  readonly lagSeconds: number | null;
}

/** What a host says of itself, and how far it is. */
export interface HostStatus extends HostReport {
  /** The end of the WAL, or of what has been applied of it, in bytes. */
  readonly position: number | null;
  /** The age of the last transaction that a standby has applied. */
  readonly lagSeconds: number | null;
  /** Whether commits on it wait for a standby. */
  readonly isSynchronous: boolean;
  readonly standbys: readonly StandbyRow[];
  /** Why it cannot be reached. */
  readonly error: Error | null;
}

interface ProbeRow {
  isStandby: boolean;
  isReadOnly: boolean;
  systemId: string;
  timeline: string;
  startedAt: string;
  position: string;
  lagSeconds: number | null;
  isSynchronous: boolean;
  standbys: StandbyRow[] | null;
}

/** The longest time to connect to a host and to ask it. */
const PROBE_MS = 1_500;

/** The facts about a server by which the primary is chosen. Every role may ask for them. */
export const SERVER_FACTS = `
  pg_catalog.pg_is_in_recovery() as "isStandby",
  pg_catalog.current_setting('transaction_read_only') operator(pg_catalog.=) 'on' as "isReadOnly",
  (select system_identifier::pg_catalog.text from pg_catalog.pg_control_system()) as "systemId",
  case when pg_catalog.pg_is_in_recovery()
       then (select timeline_id::pg_catalog.text from pg_catalog.pg_control_checkpoint())
       else pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
   end as timeline,
  pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::pg_catalog.text as "startedAt"`;

const ASK = `
select ${SERVER_FACTS},
       (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end - '0/0')::text as position,
       extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::double precision as "lagSeconds",
       current_setting('synchronous_standby_names') <> '' as "isSynchronous",
       (select json_agg(json_build_object(
                 'name', application_name,
                 'state', state,
                 'syncState', sync_state,
                 'lagBytes', case when pg_is_in_recovery() then null else pg_current_wal_lsn() - replay_lsn end,
                 'lagSeconds', extract(epoch from replay_lag)))
          from pg_stat_replication) as standbys`;

/** The facts of `SERVER_FACTS`, of a server that answered. */
export type ServerFacts = Pick<
  ProbeRow,
  'isStandby' | 'isReadOnly' | 'systemId' | 'timeline' | 'startedAt'
>;

export function readReport(host: string, row: ServerFacts): HostReport {
  return {
    host,
    state: row.isStandby ? 'standby' : row.isReadOnly ? 'read_only' : 'primary',
    systemId: row.systemId,
    // In a file name of the WAL it is hexadecimal.
    timeline: row.isStandby ? Number(row.timeline) : Number.parseInt(row.timeline, 16),
    startedAt: row.startedAt,
  };
}

/**
 * Asks one host, on a new connection each time: a name or an address may lead to another server by now, to which new
 * connections of the pools would lead, too. Never rejects.
 */
export async function askHost(host: DatabaseHost): Promise<HostStatus> {
  const client = new pg.Client({
    connectionString: host.url,
    connectionTimeoutMillis: PROBE_MS,
    application_name: 'holdfast-watch',
  });
  client.on('error', () => {});
  const timer = setTimeout(() => getStream(client).destroy(new Error('timeout expired')), PROBE_MS);
  try {
    await client.connect();
    const { rows } = await client.query<ProbeRow>(ASK);
    const row = rows[0]!;
    return {
      ...readReport(host.name, row),
      position: Number(row.position),
      lagSeconds: row.lagSeconds,
      isSynchronous: row.isSynchronous,
      standbys: row.standbys ?? [],
      error: null,
    };
  } catch (error) {
    return buildUnreachable(host.name, error as Error);
  } finally {
    clearTimeout(timer);
    // Not awaited: the host may not answer any more.
    client.end().catch(() => {});
  }
}

function buildUnreachable(host: string, error: Error): HostStatus {
  return {
    host,
    state: 'unreachable',
    systemId: null,
    timeline: null,
    startedAt: null,
    position: null,
    lagSeconds: null,
    isSynchronous: false,
    standbys: [],
    error,
  };
}
