import {
  createHoldfastClient,
  HoldfastError,
  type operations,
} from '../../clients/typescript/src/index.ts';
import { ConnectionError, fetchReply } from './fetch-reply.ts';
import { pathOnServer } from './paths.ts';
import { sessionEnd } from './session-end.ts';

export type { Charge, Money, Order, Payment } from '../../clients/typescript/src/index.ts';
export { ConnectionError, HoldfastError };

type Reply<Id extends keyof operations> = operations[Id]['responses'] extends {
  200: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;

/** What an operation answers, by its id in the OpenAPI document. */
export type ReplyOf<Id extends keyof operations> = Reply<Id>;
/** One of the things that a list operation answers. */
export type ItemOf<Id extends keyof operations> =
  Reply<Id> extends { data: readonly (infer Item)[] } ? Item : never;

let refreshing: Promise<Response> | null = null;

/** The access cookie lives for minutes, the refresh cookie for weeks: who comes back late is let in without a login. */
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

/** The server decides when a token is over; the clock of this machine is not asked. */
async function fetchRefreshing(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetchReply(request);
  const isAuth = new URL(request.url).pathname.startsWith(pathOnServer('/api/auth/login'));
  if (response.status !== 401 || isAuth) return response;
  const refreshed = await refreshOnce();
  if (refreshed.ok) return fetchReply(again);
  // A server that cannot answer now has not ended the session.
  if (isTransient(refreshed.status)) return refreshed.clone();
  if (sessionEnd.read() === 'fine') sessionEnd.set('ended');
  return response;
}

/** Every operation of the server, typed. Signed in by cookie. */
export const api = createHoldfastClient({
  baseUrl: `${location.origin}${pathOnServer('')}`,
  fetch: fetchRefreshing,
});

/** What a call answered. It throws `HoldfastError` on a refusal, so there always is something. */
export async function readBody<Body>(call: Promise<{ data?: Body }>): Promise<Body> {
  return (await call).data as Body;
}

/** Whether the same question may have another answer in a moment. */
export function isTransient(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Whether it was refused because the session is over. A wrong password is another refusal. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'auth.unauthenticated';
}

/** What went wrong, in a sentence for a person: the server's own where it has one. */
export function describeError(error: unknown): string {
  if (isSessionEnd(error)) return 'Your session has ended.';
  if (error instanceof HoldfastError) return error.problem.title;
  if (error instanceof ConnectionError) {
    return 'The server cannot be reached. Check the connection and try again.';
  }
  return 'This page has a fault.';
}

/** What a person can do about it; null when the server says nothing, or speaks to programs of `members` of its reply. */
export function findErrorHelp(error: unknown): string | null {
  if (isSessionEnd(error) || error instanceof ConnectionError) return null;
  if (!(error instanceof HoldfastError)) {
    return `Tell who runs the shop: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { detail } = error.problem;
  return detail === undefined || detail.includes('`') ? null : detail;
}
