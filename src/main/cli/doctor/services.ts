import type { Config } from '../../config/config.ts';
import { formatDatabaseAddress } from '../../faults/database-fault.ts';
import {
  findInnermostCause,
  firstLine,
  isTlsError,
  networkFault,
  type NetworkTarget,
} from '../../faults/network-fault.ts';
import { createJobQueue } from '../../infrastructure/create-job-queue.ts';
import { type Finding, ok } from './finding.ts';

const ANSWER_MS = 3_000;
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'redis:': '6379',
  'rediss:': '6379',
  'smtp:': '587',
  'smtps:': '465',
  'http:': '80',
  'https:': '443',
};

/** What runs beside the database, where it is configured: Redis, the queue, the mail server, the collector of traces. */
export async function serviceFindings(config: Config): Promise<Finding[]> {
  const { redisUrl, mail, otlpEndpoint, queue } = config;
  const findings: Finding[] = [];
  if (redisUrl !== null) {
    const { pingRedis } = await import('../../../drivers/redis/ping-redis.ts');
    const away = 'until it answers, each server counts and reads for itself';
    findings.push(
      await checkService('Redis', { variable: 'REDIS_URL', url: redisUrl, unavailable: away }, () =>
        pingRedis(redisUrl, ANSWER_MS),
      ),
    );
  }
  const hasCarrier =
    queue.kind === 'sqs' || (queue.kind === 'bullmq' && findings[0]?.state === 'ok');
  if (hasCarrier) findings.push(await queueFinding(config));
  if (mail.kind === 'smtp') {
    const { checkSmtpServer } = await import('../../../drivers/mail/smtp/smtp-mailer.ts');
    const away = 'until it answers, mail waits';
    findings.push(
      await checkService(
        'the mail server',
        { variable: 'SMTP_URL', url: mail.url, unavailable: away },
        () => checkSmtpServer(mail.url, ANSWER_MS),
      ),
    );
  }
  if (otlpEndpoint !== null) {
    const variable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const away = 'until it answers, traces are lost';
    findings.push(
      await checkService('the collector', { variable, url: otlpEndpoint, unavailable: away }, () =>
        sendNoTraces(otlpEndpoint),
      ),
    );
  }
  return findings;
}

interface ServiceCheck {
  readonly variable: string;
  readonly url: string;
  /** What happens meanwhile. */
  readonly unavailable: string;
}

async function checkService(
  program: string,
  asked: ServiceCheck,
  question: () => Promise<unknown>,
): Promise<Finding> {
  try {
    await question();
    return ok(program, 'ok', 'answers');
  } catch (error) {
    const { variable, url, unavailable: away } = asked;
    const reached = { place: formatAddress(url), variable, program };
    return ok(program, 'wrong', `${serviceFault(error, reached)}; ${away}`);
  }
}

/** Why a service cannot be used, and what to do. */
function serviceFault(error: unknown, reached: NetworkTarget): string {
  const cause = findInnermostCause(error);
  const { place, variable, program } = reached;
  const network = networkFault(cause, reached);
  if (network !== null) return network.replace(/\.$/, '');
  const words = firstLine(cause.message).replace(/\.+$/, '');
  if (isTlsError(cause)) {
    return `the connection to ${place} cannot be made safe: ${words}. Look at its certificate and port, and at ${variable}`;
  }
  if (/WRONGPASS|NOAUTH|NOPERM|EAUTH|Invalid login|AUTH/.test(`${cause.code} ${words}`)) {
    return `${place} refuses the sign-in: ${words}. Look at user and password in ${variable}`;
  }
  if (/Protocol error|RESP type|Invalid greeting|EPROTOCOL/.test(`${cause.code} ${words}`)) {
    return `what answers at ${place} is not ${program}. Correct ${variable}`;
  }
  return `${place} cannot be used: ${words}. Look at ${program}, and at ${variable}`;
}

async function queueFinding({ queue }: Config): Promise<Finding> {
  const what = queue.kind === 'bullmq' ? 'BullMQ' : 'SQS';
  const log = { info() {}, warn() {} };
  const { driver } = await createJobQueue(queue, { databaseUrl: '', log, onError() {} });
  try {
    await driver.start([]);
    await driver.ping();
    return ok(what, 'ok', 'answers');
  } catch (error) {
    const say = `${firstLine(findInnermostCause(error).message)}; until it answers, jobs wait in the database`;
    return ok(what, 'wrong', say);
  } finally {
    await driver.stop();
  }
}

/** A collector takes an empty list, too. Source: OTLP specification, "OTLP/HTTP Request". */
async function sendNoTraces(endpoint: string): Promise<void> {
  const reply = await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"resourceSpans":[]}',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await reply.body?.cancel();
  if (!reply.ok) throw new Error(`it answers with status ${reply.status} to traces`);
}

function formatAddress(url: string): string {
  const { protocol, port } = new URL(url);
  return port === ''
    ? formatDatabaseAddress(url).replace(/\d+$/, DEFAULT_PORTS[protocol] ?? '')
    : formatDatabaseAddress(url);
}
