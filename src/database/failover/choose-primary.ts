/** What a host says of itself. */
export interface HostReport {
  readonly host: string;
  /** `read_only`: not a standby, but it refuses writes. */
  readonly state: 'primary' | 'read_only' | 'standby' | 'unreachable';
  /** Null of what cannot be reached. The same for all servers of a cluster, and for no other cluster. */
  readonly systemId: string | null;
  /** Counts the promotions in the history of the cluster. */
  readonly timeline: number | null;
  /** When its process was started, in seconds since 1970: two names of one server have this in common, and nothing else does. */
  readonly startedAt: string | null;
}

/** The latest primary known: nothing is written to a lower timeline any more. */
export interface KnownPrimary {
  readonly systemId: string;
  readonly timeline: number;
  readonly host: string;
  readonly startedAt: string;
}

/** Servers that were promoted to one and the same timeline, so that neither has what the other has. */
export interface Dispute {
  readonly timeline: number;
  readonly hosts: readonly string[];
}

export interface Choice {
  /** Null: none can be written to. */
  readonly primary: KnownPrimary | null;
  /** Why there is none, in sentences; null if there is one. */
  readonly reason: string | null;
  readonly dispute: Dispute | null;
}

/**
 * Chooses the host to write to: not in recovery, not read-only, of the known cluster, and of the highest timeline, which
 * is not lower than that known. A timeline belongs to one server, because each promotion begins another one: of two
 * servers that take writes on the same, neither is chosen, also after one of them has gone away, until a later
 * promotion or the return of both ends the dispute.
 */
export function choosePrimary(
  reports: readonly HostReport[],
  known: KnownPrimary | null,
  dispute: Dispute | null,
): Choice {
  const none = (reason: string, inDispute = dispute): Choice => ({
    primary: null,
    reason,
    dispute: inDispute,
  });
  const clusters = new Set(reports.flatMap(({ systemId }) => systemId ?? []));
  if (known === null && clusters.size > 1) {
    return none('The hosts belong to different clusters: their system identifiers differ.');
  }
  const systemId = known?.systemId ?? [...clusters][0];
  const claims = reports.flatMap((report) => readClaim(report) ?? []);
  const own = claims.filter((claim) => claim.systemId === systemId);
  if (own.length === 0) return none(describeNone(reports, systemId));
  const timeline = Math.max(...own.map((claim) => claim.timeline));
  if (known !== null && timeline < known.timeline) {
    return none(
      `${listNames(own)} takes writes on timeline ${timeline}, but ${known.host} took them on timeline ${known.timeline} since: stop it, and let it follow the primary.`,
    );
  }
  const highest = own.filter((claim) => claim.timeline === timeline);
  const servers = new Set(highest.map(({ startedAt }) => startedAt));
  if (servers.size > 1) {
    return none(
      `${listNames(highest)} take writes on the same timeline ${timeline}, so neither has what the other has: stop one of them, and let it follow the other.`,
      { timeline, hosts: highest.map(({ host }) => host) },
    );
  }
  const claim = highest.find(({ host }) => host === known?.host) ?? highest[0]!;
  if (known !== null && !isSuccessor(claim, known, reports)) {
    return none(
      `${claim.host} takes writes on timeline ${timeline}, which is that of ${known.host}, without having been promoted: promote it with pg_promote(), or start ${known.host}.`,
    );
  }
  const isDisputed = dispute !== null && dispute.timeline === timeline;
  const missing = isDisputed ? reports.filter((it) => isMissing(it, dispute)) : [];
  if (missing.length > 0) {
    return none(
      `${listNames(missing)} took writes on the same timeline as ${claim.host} and cannot be asked now: let it follow ${claim.host}, or remove it from DATABASE_URL.`,
    );
  }
  return { primary: claim, reason: null, dispute: null };
}

function readClaim({ host, state, systemId, timeline, startedAt }: HostReport) {
  if (state !== 'primary' || systemId === null || timeline === null || startedAt === null)
    return null;
  return { host, systemId, timeline, startedAt };
}

function isSuccessor(
  claim: KnownPrimary,
  known: KnownPrimary,
  reports: readonly HostReport[],
): boolean {
  return (
    claim.timeline > known.timeline ||
    claim.host === known.host ||
    claim.startedAt === known.startedAt ||
    !reports.some(({ host }) => host === known.host)
  );
}

function isMissing({ host, state }: HostReport, dispute: Dispute): boolean {
  return state === 'unreachable' && dispute.hosts.includes(host);
}

function describeNone(reports: readonly HostReport[], systemId: string | undefined): string {
  const sentences = reports.map(({ host, state, systemId: other }) => {
    if (other !== null && other !== systemId) {
      return `${host} belongs to another cluster than before`;
    }
    switch (state) {
      case 'unreachable':
        return `${host} cannot be reached`;
      case 'standby':
        return `${host} is a standby`;
      default:
        return `${host} is read-only`;
    }
  });
  return `No host takes writes: ${sentences.join(', ')}.`;
}

function listNames(reports: readonly { readonly host: string }[]): string {
  return reports.map(({ host }) => host).join(' and ');
}
