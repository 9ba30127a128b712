import type { Static, TSchema } from 'typebox';
import { matchesShape } from '../matches-shape.ts';
import { ProviderRefusedError, ProviderUnavailableError } from '../payment-provider.ts';
import { createExchange, type ExchangeOptions, type HttpResponse } from './exchange.ts';

export interface SandboxCall {
  readonly method: 'GET' | 'POST';
  /** Relative to the sandbox's address, with a leading slash. */
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
}

export interface SandboxClient {
  /** Returns null for a 404. Throws as the port defines. */
  call<Reply extends TSchema>(reply: Reply, request: SandboxCall): Promise<Static<Reply> | null>;
}

export interface SandboxClientOptions extends ExchangeOptions {
  /** Called at each request: a server on a free port knows its address only once it listens. */
  readonly baseUrl: () => string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}

/** Refusals that may succeed later: timed out, in conflict with itself, too early, too many. */
const TEMPORARY = new Set([408, 409, 425, 429]);

export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const exchange = createExchange(options);
  async function send({ method, path, body, key }: SandboxCall): Promise<HttpResponse> {
    try {
      return await exchange({
        method,
        url: `${options.baseUrl()}${path}`,
        headers: {
          authorization: `Bearer ${options.apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs: options.timeoutMs,
      });
    } catch (cause) {
      throw new ProviderUnavailableError('the sandbox did not respond', { cause });
    }
  }

  return {
    async call(reply, request) {
      const { status, text } = await send(request);
      const what = `${request.method} ${request.path}`;
      if (status === 404) return null;
      // A redirect is not followed: something is in front of the sandbox, which an operator must fix.
      const isRedirect = status >= 300 && status < 400;
      if (status >= 500 || status < 200 || isRedirect || TEMPORARY.has(status)) {
        throw new ProviderUnavailableError(`the sandbox answered ${status} to ${what}`);
      }
      if (status >= 300) {
        const excerpt = text.slice(0, 500);
        throw new ProviderRefusedError(`the sandbox answered ${status} to ${what}: ${excerpt}`);
      }
      const value = parseReply(text);
      if (!matchesShape(reply, value)) {
        throw new ProviderUnavailableError(`the sandbox sent an invalid response to ${what}`);
      }
      return value;
    },
  };
}

function parseReply(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
