import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type HandshakeFailure, handshakeFailures, type KeyPair } from '../../http/index.ts';
import { createRecurringTask } from '../../shared/background/recurring-task.ts';
import { createChannel } from '../../shared/channel.ts';
import { createLabelledTally } from '../../shared/tally.ts';
import { WrongValue } from '../config/config-values.ts';
import { certificateChain, findCertificates, privateKey } from '../config/pem-values.ts';
import { findPairFault, findPeriodFault, type TlsChoice } from '../config/tls-choice.ts';

/** How often the files are read again. A renewal is weeks early, so it may take a minute. */
const READ_EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Renewals are automatic, mostly a month before the end, so with less left somebody has to look. */
export const ENDS_SOON_DAYS = 14;
/** How often a line about failed handshakes is written, for each reason. */
const FAILURE_LINE_EVERY_MS = 60_000;

/** What to do about handshakes that fail because of a setting; null: clients that went away are nothing unusual. */
const FAILURE_ADVICE: Readonly<Record<HandshakeFailure, string | null>> = {
  plain_http: 'a client speaks http to this server, which speaks https: change its address',
  untrusted:
    'a client does not trust the certificate of this server: give it the CA, and a name that the certificate contains',
  timeout: null,
  other: null,
};

export interface ServerCertificateOptions {
  readonly log: Logger;
  /** Default: a minute. */
  readonly readEveryMs?: number;
}

/**
 * Creates what the server presents to clients. The files are read again every minute and when nudged, so that a renewal
 * needs no restart. A pair that cannot be used is logged, and the former one stays.
 */
export function createServerCertificate(
  { keyPair, files }: TlsChoice,
  { log, readEveryMs = READ_EVERY_MS }: ServerCertificateOptions,
) {
  let current = keyPair;
  let seen = keyPair;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  const changes = createChannel<KeyPair>();
  const failures = createTlsTally();
  const failureLinesAtMs = new Map<HandshakeFailure, number>();
  const endsAt = () => new X509Certificate(current.certificate).validToDate;

  async function renew(paths: NonNullable<TlsChoice['files']>): Promise<void> {
    const [certificate, key] = await Promise.all([
      readFile(paths.certificate, 'utf8'),
      readFile(paths.key, 'utf8'),
    ]);
    const read = { certificate: certificate.trim(), key: key.trim() };
    // Remembered although it may be broken, so that each is reported once.
    const isNew = !isSame(read, seen);
    seen = read;
    if (isSame(read, current)) return;
    // Also of one that was refused before: what is valid later only becomes so without another change.
    const fault = findFault(read);
    if (fault !== null) {
      const say = `${fault} The former certificate stays in use.`;
      if (isNew) log.error({ ...paths, endsAt: endsAt() }, say);
      return;
    }
    current = read;
    warnedAtMs = Number.NEGATIVE_INFINITY;
    changes.publish(read);
    log.info({ endsAt: endsAt() }, 'the certificate of this server was renewed');
  }

  function warnOfEnd(): void {
    const days = daysLeft(endsAt(), new Date());
    if (days >= ENDS_SOON_DAYS || performance.now() - warnedAtMs < DAY_MS) return;
    warnedAtMs = performance.now();
    const when = days < 0 ? 'has ended' : `ends in ${days} ${days === 1 ? 'day' : 'days'}`;
    log.warn({ endsAt: endsAt() }, `the certificate of this server ${when}: renew it`);
  }

  const task = createRecurringTask({
    async work() {
      try {
        if (files !== null) await renew(files);
      } finally {
        warnOfEnd();
      }
      return readEveryMs;
    },
    retryMs: readEveryMs,
    onError: (error) => log.error({ err: error }, 'the certificate of this server cannot be read'),
  });

  return {
    current: () => current,
    /** Returns the certificate of this server alone, in PEM. */
    leaf: () => findCertificates(current.certificate)[0] ?? null,
    changes,
    failures,
    endsAt,
    onFailure(reason: HandshakeFailure, address: string | null) {
      failures.counts[reason] += 1;
      const advice = FAILURE_ADVICE[reason];
      const lastAtMs = failureLinesAtMs.get(reason) ?? Number.NEGATIVE_INFINITY;
      if (advice === null || performance.now() - lastAtMs < FAILURE_LINE_EVERY_MS) return;
      failureLinesAtMs.set(reason, performance.now());
      log.warn({ address }, advice);
    },
    start: task.start,
    /** Reads the files at once. */
    nudge: task.nudge,
    stop: task.stop,
  };
}

/** Returns the whole days until a certificate ends; negative after its end. */
export function daysLeft(endsAt: Date, now: Date): number {
  return Math.floor((endsAt.getTime() - now.getTime()) / DAY_MS);
}

/** Creates the counter of failed handshakes, which stays at 0 without TLS. */
export function createTlsTally() {
  return createLabelledTally({
    name: 'tls_handshake_failures_total',
    help: 'Connections on which client and server could not agree on encryption, by reason.',
    label: 'reason',
    values: handshakeFailures,
  });
}

function isSame(one: KeyPair, other: KeyPair): boolean {
  return one.certificate === other.certificate && one.key === other.key;
}

/** Returns why a pair of files cannot be used, as a sentence, or null. */
function findFault({ certificate, key }: KeyPair): string | null {
  try {
    const keyPair = { certificate: certificateChain(certificate), key: privateKey(key) };
    return findPairFault(keyPair) ?? findPeriodFault(keyPair, new Date());
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    return `One of the files does not contain ${error.takes}.`;
  }
}
