import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import {
  api,
  apiWithoutRetries,
  type BodyOf,
  HoldfastError,
  type ReplyOf,
  readBody,
} from './api.ts';
import { clearStorage, clearTabStorage, rememberMachineSettings } from './machine-settings.ts';
import { readPasskey } from './passkeys.ts';
import type { Proving } from './proof-choice.ts';
import { PROFILE_KEY, shouldRetry } from './queries.ts';
import { recoveryCodes } from './recovery-codes.ts';
import { sessionEnd } from './session-end.ts';
import { sessionMark } from './session-mark.ts';
import { stepUp } from './step-up.ts';
import { typedTexts } from './typed-texts.ts';

export type Profile = ReplyOf<'getProfile'>;

/** Within this time a page that is looked at notices that its session has ended elsewhere. */
const NOTICE_MS = 60_000;

const PROFILE = [PROFILE_KEY];
const others = {
  predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== PROFILE[0],
};

/** Follows sign-ins and sign-outs in other tabs, and the end of the session. */
export function useSessionElsewhere(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== null && key !== sessionMark.key) return;
      if (sessionMark.isSignedOut()) removeData(queries);
      else void queries.invalidateQueries({ queryKey: PROFILE });
    };
    const onEnd = () => {
      if (sessionEnd.read() === 'ended') dropSession(queries);
    };
    addEventListener('storage', onStorage);
    const unsubscribe = sessionEnd.subscribe(onEnd);
    return () => {
      removeEventListener('storage', onStorage);
      unsubscribe();
    };
  }, [queries]);
}

/** Returns the signed-in user; null for a guest, undefined while it is not known yet. */
export function useProfile(): Profile | null | undefined {
  return useProfileQuery().data;
}

/** Returns the same as a query, with the error that keeps the user unknown. */
export function useProfileQuery() {
  return useQuery<Profile | null>({
    queryKey: PROFILE,
    queryFn: ({ client }) => findProfile(client),
    staleTime: NOTICE_MS,
    refetchInterval: (query) => shouldRetry(query) || (query.state.data ? NOTICE_MS : false),
  });
}

async function findProfile(queries: QueryClient): Promise<Profile | null> {
  const mark = sessionMark.read();
  const known = queries.getQueryData<Profile | null>(PROFILE);
  if (sessionMark.isSignedOut() || (mark === null && !known)) return null;
  const user = await requestProfile();
  // A user signed in or out meanwhile, and the reply may be from before.
  if (sessionMark.read() !== mark) return findProfile(queries);
  if (user === null) return null;
  if (mark === null) sessionMark.signIn();
  startSession(queries, known, user);
  return user;
}

/** Returns null if the server does not recognize this browser. */
async function requestProfile(): Promise<Profile | null> {
  try {
    return await readBody(api.GET('/api/auth/profile'));
  } catch (error) {
    if (error instanceof HoldfastError && error.status === 401) return null;
    throw error;
  }
}

/** Scripts see no token of a session, not even ours. */
const asCookies = { credentials: 'cookie' } as const;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

function submitCredentials(queries: QueryClient, user: Profile): void {
  sessionMark.signIn();
  startSession(queries, queries.getQueryData<Profile | null>(PROFILE), user);
  queries.setQueryData(PROFILE, user);
}

/**
 * Switches the page to the user whom the server recognizes. `before` is the user that the page has shown so far,
 * undefined if it has just opened.
 */
function startSession(
  queries: QueryClient,
  before: Profile | null | undefined,
  user: Profile,
): void {
  const isOver = sessionEnd.read() !== 'fine';
  if (isOver) sessionEnd.set('fine');
  if (before === undefined) return;
  // Failed requests are repeated; data of another user is not shown even for a moment.
  if (before !== null && before.id !== user.id) void queries.resetQueries(others);
  else if (before === null || isOver) void queries.invalidateQueries(others);
}

/** Removes all data of the user whose session has ended, in every tab. A guest, who has none, keeps what they stored. */
function dropSession(queries: QueryClient): void {
  const isGuest = sessionMark.isSignedOut() || sessionMark.read() === null;
  if (isGuest && !queries.getQueryData<Profile | null>(PROFILE)) {
    sessionEnd.set('fine');
    return;
  }
  // Otherwise another tab has done that, and what is stored since then is a guest's.
  if (!sessionMark.isSignedOut()) {
    sessionMark.signOut();
    clearStorage();
  }
  removeData(queries);
}

/** Removes all data of a user from this tab. */
function removeData(queries: QueryClient): void {
  clearTabStorage();
  typedTexts.clear();
  recoveryCodes.show(null);
  stepUp.close(false);
  queries.removeQueries(others);
  queries.setQueryData(PROFILE, null);
}

/** The server asks for a second factor after a password, or for a passkey alone. */
export type Challenge = Extract<ReplyOf<'logIn'>, { challenge: unknown }>['challenge'];

/** What proves a factor: one member of it. */
export type FactorProof = Pick<BodyOf<'verifyLogIn'>, 'totp' | 'recoveryCode' | 'passkey'>;

/** Signs in, or returns the challenge of the second factor as `challenge`. */
export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) =>
      readBody(
        apiWithoutRetries.POST('/api/auth/login', { body: { ...credentials, ...asCookies } }),
      ),
    onSuccess: (reply) => {
      if ('user' in reply) submitCredentials(queries, reply.user);
    },
  });
}

/** Meets a challenge, which signs in. */
export function useChallenge(challenge: Challenge): Proving & { readonly isOver: boolean } {
  const queries = useQueryClient();
  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: async (findProof: () => Promise<FactorProof>) =>
      verify(challenge.id, await findProof()),
    onSuccess: ({ user }) => submitCredentials(queries, user),
  });
  return {
    error,
    isPending,
    reset,
    // It has expired, or was met.
    isOver: error instanceof HoldfastError && error.code === 'accounts.challenge_invalid',
    byPasskey: () => mutate(async () => ({ passkey: await readPasskey(challenge.publicKey!) })),
    byTyped: (method, text) => mutate(async () => ({ [method]: text })),
  };
}

/** Signs in by a passkey alone. */
export function usePasskeySignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { challenge } = await readBody(apiWithoutRetries.POST('/api/auth/login/passkey'));
      return verify(challenge.id, { passkey: await readPasskey(challenge.publicKey) });
    },
    onSuccess: ({ user }) => submitCredentials(queries, user),
  });
}

function verify(challengeId: string, proof: FactorProof) {
  const body = { challengeId, ...proof, ...asCookies };
  return readBody(apiWithoutRetries.POST('/api/auth/login/verify', { body }));
}

export function useSignUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials & { name?: string }) =>
      readBody(api.POST('/api/auth/signup', { body: { ...body, ...asCookies } })),
    onSuccess: ({ user }) => submitCredentials(queries, user),
  });
}

/** Changes the user's own password. Another one may have been required, which the page then no longer shows. */
export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'changePassword'>) =>
      apiWithoutRetries.POST('/api/auth/password', { body }),
    onSuccess: () => queries.invalidateQueries(),
  });
}

/** The reply makes the browser remove everything that this origin has stored in it. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.POST('/api/auth/logout'),
    onMutate: rememberMachineSettings,
    onSettled: (_data, _error, _given, restoreSettings) => {
      restoreSettings?.();
      sessionMark.signOut();
      sessionEnd.set('fine');
      clearStorage();
      removeData(queries);
    },
  });
}
