import {
  createHoldfastClient,
  HoldfastError,
  type operations,
} from '../../clients/typescript/src/index.ts';
import { pathOnServer } from './paths.ts';

export type { Charge, Money, Order, Payment, Refund } from '../../clients/typescript/src/index.ts';
export { HoldfastError };

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

let refreshing: Promise<boolean> | null = null;

/** The access cookie lives for minutes, the refresh cookie for weeks: who comes back late is let in without a login. */
function refreshOnce(): Promise<boolean> {
  refreshing ??= fetch(pathOnServer('/api/auth/refresh'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

async function fetchRefreshing(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetch(request);
  const isAuth = new URL(request.url).pathname.startsWith(pathOnServer('/api/auth/login'));
  if (response.status !== 401 || isAuth) return response;
  return (await refreshOnce()) ? fetch(again) : response;
}

/** Every operation of the server, typed. Signed in by cookie. */
export const api = createHoldfastClient({
  baseUrl: `${location.origin}${pathOnServer('')}`,
  fetch: fetchRefreshing,
});

/** What a call answered. It throws `HoldfastError` on a refusal, so there always is something. */
export async function answerOf<Body>(call: Promise<{ data?: Body }>): Promise<Body> {
  return (await call).data as Body;
}

/** What went wrong, in a sentence for a person: the server's own where it has one. */
export function sentenceOf(error: unknown): string {
  if (error instanceof HoldfastError) return error.problem.title;
  return 'The server cannot be reached. Check the connection and try again.';
}

/** What a person can do about it; null when the server says nothing, or speaks to programs of `members` of its reply. */
export function helpOf(error: unknown): string | null {
  const detail = error instanceof HoldfastError ? error.problem.detail : undefined;
  return detail === undefined || detail.includes('`') ? null : detail;
}
