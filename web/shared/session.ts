import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, HoldfastError, type ReplyOf, readBody } from './api.ts';
import { storageKey } from './paths.ts';
import { sessionEnd } from './session-end.ts';

export type Profile = ReplyOf<'getProfile'>;

/**
 * Tells all tabs of this browser who comes and goes. Absent: nobody is known to have signed in here, so there is no use in
 * asking, and each visit of a guest would be a 401. `SIGNED_OUT`: somebody signed out. Any other value: somebody signed in;
 * it is another one each time, since storing an equal value tells the other tabs nothing.
 */
const MARK = storageKey('signed-in');
const SIGNED_OUT = 'signed-out';
const PROFILE = ['profile'];
const others = {
  predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== PROFILE[0],
};

function markSignedIn(): void {
  // A page that came by plain http has no `crypto.randomUUID`.
  localStorage.setItem(MARK, String(Math.random()));
}

/** Follows who signs in and out in other tabs. */
export function useSessionElsewhere(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== null && key !== MARK) return;
      if (localStorage.getItem(MARK) === SIGNED_OUT) clearSession(queries);
      else void queries.invalidateQueries({ queryKey: PROFILE });
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [queries]);
}

/** Who is signed in; null when nobody is, undefined while it is not known yet. */
export function useProfile(): Profile | null | undefined {
  return useProfileQuery().data;
}

/** The same, with what keeps it from being known. */
export function useProfileQuery() {
  return useQuery<Profile | null>({
    queryKey: PROFILE,
    queryFn: ({ client }) => findProfile(client),
    staleTime: 60_000,
  });
}

async function findProfile(queries: QueryClient): Promise<Profile | null> {
  const mark = localStorage.getItem(MARK);
  const known = queries.getQueryData<Profile | null>(PROFILE);
  if (mark === SIGNED_OUT || (mark === null && !known)) return null;
  const user = await requestProfile();
  // Somebody came or went in the meantime, and the answer may be from before.
  if (localStorage.getItem(MARK) !== mark) return findProfile(queries);
  if (user !== null) {
    if (mark === null) markSignedIn();
    startSession(queries, known, user);
    return user;
  }
  // Who was here stays on the page with what they typed, and is asked to sign in again.
  if (known) return known;
  localStorage.removeItem(MARK);
  return null;
}

/** Null when the server does not know this browser. */
async function requestProfile(): Promise<Profile | null> {
  try {
    return await readBody(api.GET('/api/auth/profile'));
  } catch (error) {
    if (error instanceof HoldfastError && error.status === 401) return null;
    throw error;
  }
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

function submitCredentials(queries: QueryClient, user: Profile): void {
  markSignedIn();
  startSession(queries, queries.getQueryData<Profile | null>(PROFILE), user);
  queries.setQueryData(PROFILE, user);
}

/** The server knows this browser as `user`; `before` is who the page showed until now, undefined when it just opened. */
function startSession(
  queries: QueryClient,
  before: Profile | null | undefined,
  user: Profile,
): void {
  const isOver = sessionEnd.read() !== 'fine';
  if (isOver) sessionEnd.set('fine');
  if (before === undefined) return;
  // What failed meanwhile is asked for again; what belongs to somebody else is not shown for a moment.
  if (before !== null && before.id !== user.id) void queries.resetQueries(others);
  else if (before === null || isOver) void queries.invalidateQueries(others);
}

/** Somebody signed out, and what they saw goes with them. */
function clearSession(queries: QueryClient): void {
  sessionEnd.set('fine');
  queries.removeQueries(others);
  queries.setQueryData(PROFILE, null);
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => readBody(api.POST('/api/auth/login', { body })),
    onSuccess: ({ user }) => submitCredentials(queries, user),
  });
}

export function useSignUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials & { name?: string }) =>
      readBody(api.POST('/api/auth/signup', { body })),
    onSuccess: ({ user }) => submitCredentials(queries, user),
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.POST('/api/auth/logout'),
    onSettled: () => {
      localStorage.setItem(MARK, SIGNED_OUT);
      clearSession(queries);
    },
  });
}
