import {
  createHoldfastClient,
  HoldfastError,
  type operations,
} from '../../clients/typescript/src/index.ts';
import { readProblem } from '../../clients/typescript/src/problem.ts';
import { ConnectionError, fetchReply } from './fetch-reply.ts';
import { CodeMissing } from './lazy-page.ts';
import { PasskeyError } from './passkeys.ts';
import { pathOnServer } from './paths.ts';
import { sessionEnd } from './session-end.ts';
import { sessionMark } from './session-mark.ts';
import { ProofDeclined, type ProofMethod, stepUp } from './step-up.ts';

export type { Bill, Charge, Money, Order, Payment } from '../../clients/typescript/src/index.ts';
export { ConnectionError, HoldfastError };

type Reply<Id extends keyof operations> = operations[Id]['responses'] extends {
  200: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;

/** The reply of an operation, by its id in the OpenAPI document. */
export type ReplyOf<Id extends keyof operations> = Reply<Id>;
/** The body that an operation accepts, by its id in the OpenAPI document. */
export type BodyOf<Id extends keyof operations> = operations[Id] extends {
  requestBody?: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;
/** One item of a list operation's reply. */
export type ItemOf<Id extends keyof operations> =
  Reply<Id> extends { data: readonly (infer Item)[] } ? Item : never;

let refreshing: Promise<Response> | null = null;

/**
 * Refreshes the session, once for all waiting calls. The access cookie is valid for minutes, the refresh cookie for
 * weeks, so a user who returns late does not have to sign in.
 */
function refreshOnce(): Promise<Response> {
  const request = new Request(pathOnServer('/api/auth/refresh'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  refreshing ??= fetchReply(request).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/**
 * Fetches, and refreshes the session if the server rejects the token. The clock of this machine plays no part in it.
 */
async function fetchRefreshing(request: Request): Promise<Response> {
  const mark = sessionMark.read();
  const again = request.clone();
  const response = await fetchReply(request);
  if (!(await isUnauthenticated(response))) return response;
  const refreshed = await refreshOnce();
  if (refreshed.ok) return fetchReply(again);
  // A server that cannot answer now has not ended the session.
  if (isTransient(refreshed.status)) return refreshed.clone();
  // Unless another tab has signed in or out meanwhile, whose cookies this request did not have.
  if (sessionMark.read() === mark) sessionEnd.set('ended');
  return response;
}

/** Returns whether the access cookie was rejected. A wrong password or code is a 401 too, and is not sent again. */
async function isUnauthenticated(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  return (await readProblem(response.clone())).code === 'auth.unauthenticated';
}

const baseUrl = `${location.origin}${pathOnServer('')}`;

export type Api = ReturnType<typeof createHoldfastClient>;

/** Every operation of the server, typed and authenticated by cookie. */
export const api: Api = createHoldfastClient({ baseUrl, fetch: fetchRefreshing });

/**
 * The same, but a limit is reported at once: a person who mistyped a password should read how long to wait, and not look
 * at a button that waits for them.
 */
export const apiWithoutRetries: Api = createHoldfastClient({
  baseUrl,
  fetch: fetchRefreshing,
  triesMax: 1,
});

/** For a reply that may take minutes. A second attempt would make the server begin again. */
export const patientApi: Api = createHoldfastClient({
  baseUrl,
  fetch: fetchRefreshing,
  triesMax: 1,
  timeoutMs: 10 * 60_000,
});

for (const client of [api, apiWithoutRetries, patientApi]) {
  client.use({
    /**
     * Asks for a proof of who the user is if an action wants a recent one, then repeats the action with the
     * Idempotency-Key that it has. Not within `fetch`, whose attempts have a time limit.
     */
    async onResponse({ request, response, schemaPath, options }) {
      if (response.status !== 403 || schemaPath === '/api/auth/step-up') return;
      const { code, methods } = await readProblem(response.clone());
      if (code !== 'auth.step_up_required') return;
      const isProved = await stepUp.ask(methods as readonly ProofMethod[]);
      if (isProved === false) throw new ProofDeclined();
      return isProved ? options.fetch(request.clone()) : undefined;
    },
  });
}

/** Every operation of the server without cookies: with this bearer token, or as a stranger. */
export function createApiWithoutCookies(token: string | null): Api {
  return createHoldfastClient({ baseUrl, token: () => token, fetch: fetchReply });
}

/** Returns the body of a reply. A refusal throws `HoldfastError`, so there always is one. */
export async function readBody<Body>(call: Promise<{ data?: Body }>): Promise<Body> {
  return (await call).data as Body;
}

/** Returns whether the same request may succeed in a moment. */
export function isTransient(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Returns whether a request was refused because the session has ended. A wrong password is a different refusal. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'auth.unauthenticated';
}

/** Describes an error in a sentence for people: the server's own if there is one. */
export function describeError(error: unknown): string {
  if (isSessionEnd(error)) return 'Your session has ended.';
  if (error instanceof HoldfastError) return error.problem.title;
  if (error instanceof ConnectionError) {
    return 'The server cannot be reached. Check the connection and try again.';
  }
  if (error instanceof CodeMissing) return 'This page could not be loaded.';
  if (error instanceof PasskeyError) return error.message;
  if (error instanceof ProofDeclined) return 'This needs a confirmation that it is you.';
  return 'Something went wrong on this page.';
}

/**
 * Returns what the user can do about an error; null if the server does not state it, or addresses programs, naming
 * `members` of its reply.
 */
export function findErrorHelp(error: unknown): string | null {
  const kinds = [ConnectionError, PasskeyError, ProofDeclined];
  if (isSessionEnd(error) || kinds.some((kind) => error instanceof kind)) return null;
  if (error instanceof CodeMissing) {
    return 'The server cannot be reached, or it has been upgraded since you opened this tab.';
  }
  if (!(error instanceof HoldfastError)) {
    return `Please report this to the shop: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (error.status === 429 && error.retryAfterMs > 0) return describeWait(error.retryAfterMs);
  const { detail } = error.problem;
  return detail === undefined || detail.includes('`') ? null : detail;
}

/** Returns a sentence such as "Try again in 12 minutes." */
function describeWait(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `Try again in ${count} ${count === 1 ? unit : `${unit}s`}.`;
}
