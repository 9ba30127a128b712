import type { Config } from '../../config/config.ts';
import { formatDatabaseAddress } from '../../faults/database-fault.ts';
import {
  describeTlsFault,
  findInnermostCause,
  firstLine,
  isTlsError,
  type NetworkTarget,
  networkFault,
  type TlsFault,
} from '../../faults/network-fault.ts';
import { createJobQueue } from '../../infrastructure/create-job-queue.ts';
import { createFinding, type Finding } from './finding.ts';

const RESPONSE_MS = 3_000;
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'redis:': '6379',
  'rediss:': '6379',
  'smtp:': '587',
  'smtps:': '465',
  'http:': '80',
  'https:': '443',
};

/** Checks the configured services besides the database: Redis, the queue, the mail server, the trace collector. */
export async function serviceFindings(config: Config): Promise<Finding[]> {
  const { redisUrl, mail, otlpEndpoint, queue } = config;
  const findings: Finding[] = [];
  if (redisUrl !== null) {
    const { pingRedis } = await import('../../../drivers/redis/ping-redis.ts');
    const consequence = 'until it responds, each server counts and reads separately';
    findings.push(
      await checkService(
        'Redis',
        { variable: 'REDIS_URL', url: redisUrl, consequence: consequence },
        () => pingRedis(redisUrl, RESPONSE_MS),
      ),
    );
  }
  const canCheckQueue =
    queue.kind === 'sqs' || (queue.kind === 'bullmq' && findings[0]?.state === 'ok');
  if (canCheckQueue) findings.push(await queueFinding(config));
  if (mail.kind === 'smtp') {
    const { checkSmtpServer } = await import('../../../drivers/mail/smtp/smtp-mailer.ts');
    const consequence = 'until it responds, mail waits';
    findings.push(
      await checkService(
        'the mail server',
        { variable: 'SMTP_URL', url: mail.url, consequence: consequence },
        () => checkSmtpServer({ ...mail, timeoutMs: RESPONSE_MS }),
      ),
    );
  }
  if (otlpEndpoint !== null) {
    const variable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const consequence = 'until it responds, traces are lost';
    findings.push(
      await checkService(
        'the collector',
        { variable, url: otlpEndpoint, consequence: consequence },
        () => sendNoTraces(otlpEndpoint),
      ),
    );
  }
  return findings;
}

interface ServiceCheck {
  readonly variable: string;
  readonly url: string;
  /** The consequence while the service is consequence. */
  readonly consequence: string;
}

async function checkService(
  program: string,
  target: ServiceCheck,
  ping: () => Promise<unknown>,
): Promise<Finding> {
  try {
    await ping();
    return createFinding(program, 'ok', 'responds');
  } catch (error) {
    const { variable, url, consequence } = target;
    const reached = { place: formatAddress(url), variable, program };
    return createFinding(program, 'wrong', `${serviceFault(error, reached)}; ${consequence}`);
  }
}

/** Returns why a service cannot be used, and what to do. */
function serviceFault(error: unknown, reached: NetworkTarget): string {
  const cause = findInnermostCause(error);
  const { place, variable, program } = reached;
  const network = networkFault(cause, reached);
  if (network !== null) return network.replace(/\.$/, '');
  const words = firstLine(cause.message).replace(/\.+$/, '');
  if (/^Error upgrading connection with STARTTLS/.test(words)) {
    return `the mail server at ${place} does not offer STARTTLS, so no mail is sent to it. Use smtps:// or another server in ${variable}, or, if this is intended, set ALLOW_INSECURE=smtp`;
  }
  if (isTlsError(cause)) {
    const { reason, kind } = describeTlsFault(cause);
    return `the connection to ${place} cannot be secured: ${reason}. ${tlsRemedies[kind](variable)}`;
  }
  if (/WRONGPASS|NOAUTH|NOPERM|EAUTH|Invalid login|AUTH/.test(`${cause.code} ${words}`)) {
    return `${place} refused the sign-in: ${words}. Check the user and password in ${variable}`;
  }
  if (/Protocol error|RESP type|Invalid greeting|EPROTOCOL/.test(`${cause.code} ${words}`)) {
    return `the server at ${place} is not ${program}. Correct ${variable}`;
  }
  return `${place} cannot be used: ${words}. Check ${program} and ${variable}`;
}

const tlsRemedies: Readonly<Record<TlsFault['kind'], (variable: string) => string>> = {
  authority: () => 'For a CA of your own, set NODE_EXTRA_CA_CERTS to the file with its certificate',
  name: (variable) => `Use a name from the certificate in ${variable}`,
  other: (variable) => `Check its certificate and port, and ${variable}`,
};

async function queueFinding({ queue }: Config): Promise<Finding> {
  const what = queue.kind === 'bullmq' ? 'BullMQ' : 'SQS';
  const log = { info() {}, warn() {} };
  const { driver } = await createJobQueue(queue, {
    databaseUrl: '',
    primary: null,
    log,
    onError() {},
  });
  try {
    await driver.start([]);
    await driver.ping();
    return createFinding(what, 'ok', 'responds');
  } catch (error) {
    const say = `${firstLine(findInnermostCause(error).message)}; until it responds, jobs wait in the database`;
    return createFinding(what, 'wrong', say);
  } finally {
    await driver.stop();
  }
}

/** Sends an empty list, which a collector accepts. Source: OTLP specification, "OTLP/HTTP Request". */
async function sendNoTraces(endpoint: string): Promise<void> {
  const reply = await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"resourceSpans":[]}',
    redirect: 'manual',
    signal: AbortSignal.timeout(RESPONSE_MS),
  });
  await reply.body?.cancel();
  if (!reply.ok) throw new Error(`it responds to traces with status ${reply.status}`);
}

function formatAddress(url: string): string {
  const { protocol, port } = new URL(url);
  return port === ''
    ? formatDatabaseAddress(url).replace(/\d+$/, DEFAULT_PORTS[protocol] ?? '')
    : formatDatabaseAddress(url);
}
