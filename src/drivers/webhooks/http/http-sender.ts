import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import {
  hasWebPort,
  isMetadataAddress,
  isPublicAddress,
  namesMetadata,
  namesPrivateTarget,
} from '../../../shared/public-address.ts';
import type { OutgoingWebhook, WebhookAnswer, WebhookSender } from '../webhook-sender.ts';

const TIMEOUT_MS = 10_000;
/** The response body is not used; reading a little of it spares the receiver an error. */
const BODY_BYTES_MAX = 64 * 1024;

type Resolve = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface HttpSenderOptions {
  /** False: only machines on the internet are reached. */
  readonly allowPrivateTargets: boolean;
  /** From the DNS lookup to the end of the response. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** The name resolves to a machine that must not be reached. */
class ForbiddenTarget extends Error {}

/**
 * Creates a sender that opens a connection per attempt: the checked address is the one connected to, and no stale
 * connection fails an attempt.
 */
export function createHttpSender(options: HttpSenderOptions): WebhookSender {
  const { allowPrivateTargets, timeoutMs = TIMEOUT_MS, resolve = lookup } = options;
  const guard = guardedLookup(resolve, allowPrivateTargets);
  return {
    async post(webhook) {
      const url = new URL(webhook.url);
      // An IP address is connected to without a lookup. The endpoint may be older than these rules.
      if (!hasWebPort(url)) {
        return { kind: 'refused', reason: `port ${url.port} is not one for webhooks` };
      }
      if (namesMetadata(url)) {
        return { kind: 'refused', reason: `${url.hostname} is a cloud's metadata` };
      }
      if (!allowPrivateTargets && namesPrivateTarget(url)) {
        return { kind: 'refused', reason: `${url.hostname} is a private target` };
      }
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([webhook.signal, timeout]);
      try {
        return await sendRequest(url, webhook, signal, guard);
      } catch (error) {
        if (error instanceof ForbiddenTarget) return { kind: 'refused', reason: error.message };
        const reason = timeout.aborted
          ? `no response within ${timeoutMs / 1000} s`
          : describeFailure(error);
        return { kind: 'unreachable', reason };
      }
    },
  };
}

function sendRequest(
  url: URL,
  { headers, body }: OutgoingWebhook,
  signal: AbortSignal,
  guard: LookupFunction,
): Promise<WebhookAnswer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': String(body.length) },
        agent: false,
        lookup: guard,
        signal,
      },
      (response) => {
        const answer = readAnswer(url, response);
        // From here on there is a response, even if the rest fails.
        sent.off('error', reject).on('error', () => {});
        drain(response, () => {
          sent.destroy();
          resolve(answer);
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

function readAnswer(url: URL, { statusCode = 0, headers }: IncomingMessage): WebhookAnswer {
  const { location } = headers;
  const target = location === undefined ? null : URL.parse(location, url.href);
  return { kind: 'answered', status: statusCode, location: target?.href ?? null };
}

/** Reads the body to its end, its limit, its failure or the timeout. The status is valid in every case. */
function drain(response: IncomingMessage, onDone: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) onDone();
  });
  response.once('error', onDone);
  response.once('close', onDone);
  response.once('end', onDone);
}

/**
 * Resolves a name and passes on only checked addresses, so that a name cannot lead elsewhere between the check and the
 * connection. One forbidden address among several refuses them all, because it is left to chance which one is used.
 */
function guardedLookup(resolve: Resolve, allowPrivateTargets: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const metadata = addresses.find(({ address }) => isMetadataAddress(address));
      if (metadata !== undefined) {
        const reason = `${hostname} resolves to a cloud's metadata, ${metadata.address}`;
        callback(new ForbiddenTarget(reason), []);
        return;
      }
      const wrong = allowPrivateTargets
        ? undefined
        : addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (wrong !== undefined || first === undefined) {
        const reason = `${hostname} resolves to a private target, ${wrong?.address ?? 'none'}`;
        callback(new ForbiddenTarget(reason), []);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried; the message of the aggregate is empty.
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join('; ');
  return error.message;
}
