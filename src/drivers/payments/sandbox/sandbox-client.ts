import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { ProviderRefusedError, ProviderUnavailableError } from '../payment-provider.ts';
import { createExchange, type HttpAnswer } from './exchange.ts';

export interface SandboxCall {
  readonly method: 'GET' | 'POST';
  /** Below the sandbox's address, with a slash. */
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
}

export interface SandboxClient {
  /** Null for what the sandbox does not know (404). Throws as the port says. */
  call<Reply extends TSchema>(reply: Reply, request: SandboxCall): Promise<Static<Reply> | null>;
}

export interface SandboxClientOptions {
  /** Asked at each call: a server on a free port knows its address only once it listens. */
  readonly baseUrl: () => string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}

/** Refusals that may be none the next time: timed out, in conflict with itself, too early, too many. */
const PASSING = new Set([408, 409, 425, 429]);

export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const exchange = createExchange();
  /** Of each shape of a reply, compiled when it is met first. */
  const validators = new Map<TSchema, Validator>();

  function matchesSchema<Reply extends TSchema>(
    reply: Reply,
    value: unknown,
  ): value is Static<Reply> {
    let validator = validators.get(reply);
    if (validator === undefined) {
      validator = Compile(reply);
      validators.set(reply, validator);
    }
    return validator.Check(value);
  }

  async function send({ method, path, body, key }: SandboxCall): Promise<HttpAnswer> {
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
      throw new ProviderUnavailableError('the sandbox gave no answer', { cause });
    }
  }

  return {
    async call(reply, request) {
      const { status, text } = await send(request);
      const what = `${request.method} ${request.path}`;
      if (status === 404) return null;
      // A redirect is not followed: something stands before the sandbox, which an operator mends.
      const isElsewhere = status >= 300 && status < 400;
      if (status >= 500 || status < 200 || isElsewhere || PASSING.has(status)) {
        throw new ProviderUnavailableError(`the sandbox answered ${status} to ${what}`);
      }
      if (status >= 300) {
        const excerpt = text.slice(0, 500);
        throw new ProviderRefusedError(`the sandbox answered ${status} to ${what}: ${excerpt}`);
      }
      const value = parseReply(text);
      if (!matchesSchema(reply, value)) {
        throw new ProviderUnavailableError(`the sandbox's answer to ${what} is not understood`);
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
