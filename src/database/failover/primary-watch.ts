import type pg from 'pg';
import { createRecurringTask } from '../../shared/background/recurring-task.ts';
import { type Choice, choosePrimary, type Dispute, type KnownPrimary } from './choose-primary.ts';
import { distrust, getStream } from './doubts.ts';
import { NoPrimaryError } from './errors.ts';
import type { HighestTimeline } from './highest-timeline.ts';
import type { DatabaseHost } from './host-list.ts';
import {
  askHost,
  type HostStatus,
  readReport,
  SERVER_FACTS,
  type ServerFacts,
} from './host-probe.ts';

/** Knows which of several hosts is the primary, and keeps the connections of this process away from the others. */
export interface PrimaryWatch {
  /** Returns the host to which new connections are opened. Throws NoPrimaryError. */
  findHost(): Promise<DatabaseHost>;
  /**
   * Checks that a new connection leads to the primary, and from then on closes it when another host becomes that.
   * Throws NoPrimaryError.
   */
  admit(client: pg.ClientBase, host: DatabaseHost, timeoutMs: number): Promise<void>;
  /** Asks the hosts soon, because a connection has failed. */
  nudge(): void;
  /** What was last known of the hosts. */
  status(): PrimaryStatus;
  close(): Promise<void>;
}

export interface PrimaryStatus {
  /** Null: nothing can be written. */
  readonly primary: KnownPrimary | null;
  readonly reason: string | null;
  readonly hosts: readonly HostStatus[];
}

export interface PrimaryWatchOptions {
  readonly hosts: readonly DatabaseHost[];
  readonly highest: HighestTimeline;
  /** Called when another host is written to, or none: with the reason for that. */
  readonly onChange: (primary: KnownPrimary | null, reason: string | null) => void;
}

/** How often the hosts are asked while all is well. */
const EVERY_MS = 2_000;
/** While there is no primary, or it does not answer. */
const SOON_MS = 400;

/** A connection that `admit` has let through. */
interface Admitted {
  readonly host: string;
  readonly timeline: number;
}

export function watchPrimary({ hosts, highest, onChange }: PrimaryWatchOptions): PrimaryWatch {
  const admitted = new Map<pg.ClientBase, Admitted>();
  let primary: KnownPrimary | null = null;
  let reason: string | null = null;
  let dispute: Dispute | null = null;
  let latest: readonly HostStatus[] = [];
  let asking: Promise<void> | null = null;
  let opening: Promise<void> | null = null;
  let isClosed = false;

  /** Asks all hosts, or waits for the answers if they are being asked already. */
  function ask(): Promise<void> {
    asking ??= askAll().finally(() => {
      asking = null;
    });
    return asking;
  }

  /** Asks twice if nobody can be written to and a host does not answer: a busy one may only be slow, and a command ends with a refusal. */
  async function open(): Promise<void> {
    await ask();
    if (primary === null && latest.some(({ error }) => error !== null)) await ask();
  }

  async function askAll(): Promise<void> {
    const reports = await Promise.all(hosts.map(askHost));
    if (isClosed) return;
    latest = reports;
    decide(choosePrimary(reports, highest.read(), dispute));
  }

  function decide(choice: Choice): void {
    dispute = choice.dispute;
    // A primary that only does not answer stays the primary: its connections fail by themselves, or go on.
    const isSilent = latest.some(
      ({ host, state }) => host === primary?.host && state === 'unreachable',
    );
    if (choice.primary === null && isSilent && dispute === null) reason = choice.reason;
    else change(choice.primary, choice.reason);
  }

  function change(next: KnownPrimary | null, why: string | null): void {
    const isSame = next?.host === primary?.host && next?.timeline === primary?.timeline;
    const isNews = !isSame || why !== reason;
    primary = next;
    reason = why;
    if (next !== null) remember(next);
    for (const [client, { host, timeline }] of admitted) {
      if (host !== next?.host || timeline !== next.timeline) expel(client, host);
    }
    if (isNews && (!isSame || next === null)) onChange(next, why);
  }

  function remember(next: KnownPrimary): void {
    const known = highest.read();
    const isKnown =
      known?.timeline === next.timeline &&
      known.host === next.host &&
      known.startedAt === next.startedAt;
    if (!isKnown) highest.write(next);
  }

  /** Nothing that is still on its way on the connection counts from now on. */
  function expel(client: pg.ClientBase, host: string): void {
    admitted.delete(client);
    const doubt = distrust(client, `${host} is not the primary any more`);
    getStream(client).destroy(doubt);
  }

  const task = createRecurringTask({
    retryMs: EVERY_MS,
    onError: () => {},
    async work() {
      await ask();
      const isAnswered = latest.some(
        ({ host, state }) => host === primary?.host && state === 'primary',
      );
      return isAnswered ? EVERY_MS : SOON_MS;
    },
  });

  function fail(): never {
    const isUnreached = latest.every(({ error }) => error !== null);
    throw new NoPrimaryError(reason ?? 'No host has been asked yet.', {
      cause: isUnreached ? latest[0]?.error : undefined,
    });
  }

  return {
    async findHost() {
      if (!task.isStarted && !isClosed) task.start();
      opening ??= open();
      await opening;
      return hosts.find(({ name }) => name === primary?.host) ?? fail();
    },
    async admit(client, host, timeoutMs) {
      const { rows } = await client.query<ServerFacts>({
        text: `select ${SERVER_FACTS}`,
        query_timeout: timeoutMs,
      } as pg.QueryConfig);
      const report = readReport(host.name, rows[0]!);
      const isPrimary =
        report.state === 'primary' &&
        report.host === primary?.host &&
        report.timeline === primary.timeline &&
        report.systemId === primary.systemId;
      if (!isPrimary) {
        task.nudge();
        throw new NoPrimaryError(
          `${host.name} is not the primary, or is so only since a moment ago.`,
        );
      }
      admitted.set(client, { host: host.name, timeline: primary!.timeline });
      client.once('end', () => admitted.delete(client));
    },
    nudge: task.nudge,
    status: () => ({ primary, reason, hosts: latest }),
    async close() {
      isClosed = true;
      await task.stop();
    },
  };
}
