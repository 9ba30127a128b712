import { LRUCache } from 'lru-cache';
import { type SecurityEvent, type SecurityLog, securityEvents } from '../shared/security-events.ts';
import { createLabelledTally, type Tally } from '../shared/tally.ts';
import { findNetwork } from './client-address.ts';

/** How many lines of one kind and network are written before only their number is. */
const LINES_MAX = 20;
const SUMMARY_INTERVAL_MS = 60_000;
/** After this long without such an event, its lines are written again. */
const QUIET_MS = 60 * 60_000;
/** About 2 MB. */
const SOURCES_MAX = 10_000;

/** A kind of event from one network. */
interface Source {
  readonly event: SecurityEvent;
  /** Null without a request. */
  readonly network: string | null;
  lineCount: number;
  leftOutCount: number;
  lastAtMs: number;
}

export interface WrittenSecurityLog extends SecurityLog {
  /** Counts every event, with a line or without. */
  readonly tally: Tally<SecurityEvent>;
  /** Writes the number of events that were left out since the last summary. Runs every minute. */
  summarize(): void;
  /** Writes the last summary. */
  stop(): void;
}

/**
 * Creates the security log. After 20 lines of a kind from one network, one line a minute has the number of those left
 * out, so that an attack neither fills the disk nor hides in its own noise. Networks, because a client with one IPv6
 * address has 2⁶⁴.
 */
export function createSecurityLog(options: {
  readonly log: { info(details: object, message: string): void };
  readonly nowMs?: () => number;
  readonly sourcesMax?: number;
}): WrittenSecurityLog {
  const { log, nowMs = () => performance.now(), sourcesMax = SOURCES_MAX } = options;
  const tally = createLabelledTally({
    name: 'security_events_total',
    help: 'Events of the security log, whether or not a line was written for each.',
    label: 'event',
    values: Object.keys(securityEvents) as SecurityEvent[],
  });
  const sources = new LRUCache<string, Source>({ max: sourcesMax, dispose: writeSummary });

  function writeSummary(source: Source): void {
    const { event, network, leftOutCount } = source;
    if (leftOutCount === 0) return;
    source.leftOutCount = 0;
    log.info(
      { security: event, address: network, leftOut: leftOutCount },
      `${securityEvents[event]}, repeatedly`,
    );
  }

  function findSource(event: SecurityEvent, address: string | null): Source {
    const network = address === null ? null : findNetwork(address);
    const key = `${event} ${network}`;
    let source = sources.get(key);
    if (source === undefined) {
      source = { event, network, lineCount: 0, leftOutCount: 0, lastAtMs: 0 };
      sources.set(key, source);
    }
    return source;
  }

  function summarize(): void {
    const quietSinceMs = nowMs() - QUIET_MS;
    for (const [key, source] of [...sources.entries()]) {
      writeSummary(source);
      if (source.lastAtMs < quietSinceMs) sources.delete(key);
    }
  }

  const timer = setInterval(summarize, SUMMARY_INTERVAL_MS);
  timer.unref();
  return {
    tally,
    record(event, { address, requestId }, details) {
      tally.counts[event] += 1;
      const source = findSource(event, address);
      source.lastAtMs = nowMs();
      if (source.lineCount >= LINES_MAX) {
        source.leftOutCount += 1;
        return;
      }
      source.lineCount += 1;
      log.info({ security: event, ...details, address, requestId }, securityEvents[event]);
    },
    summarize,
    stop() {
      clearInterval(timer);
      summarize();
    },
  };
}
