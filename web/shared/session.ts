import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, HoldfastError, type ReplyOf } from './api.ts';
import { storageKey } from './paths.ts';
import { sessionEnd } from './session-end.ts';

export type Profile = ReplyOf<'getProfile'>;

/** Somebody signed in here before: without it there is no use in asking, and each visit of a guest would be a 401. */
const MARK = storageKey('signed-in');

/** Calls `listener` when somebody signs in or out in another tab. Gives what ends that. */
export function onSignedInElsewhere(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    if (key === null || key === MARK) listener();
  };
  addEventListener('storage', onStorage);
  return () => removeEventListener('storage', onStorage);
}

/** Who is signed in; null when nobody is, undefined while it is not known yet. */
export function useProfile(): Profile | null | undefined {
  return useProfileQuery().data;
}

/** The same, with what keeps it from being known. */
export function useProfileQuery() {
  return useQuery<Profile | null>({
    queryKey: ['profile'],
    queryFn: async ({ client, queryKey }) => {
      if (localStorage.getItem(MARK) === null) return null;
      try {
        return await answerOf(api.GET('/api/auth/profile'));
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.status !== 401) throw error;
        // Who was here stays on the page with what they typed, and is asked to sign in again.
        const known = client.getQueryData<Profile>(queryKey);
        if (known) return known;
        localStorage.removeItem(MARK);
        return null;
      }
    },
    staleTime: 60_000,
  });
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

function begin(queries: QueryClient, user: Profile): void {
  const before = queries.getQueryData<Profile | null>(['profile']);
  localStorage.setItem(MARK, '1');
  sessionEnd.set('fine');
  queries.setQueryData(['profile'], user);
  if (!before) return;
  // What failed meanwhile is asked for again; what belongs to somebody else is not shown for a moment.
  const others = {
    predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== 'profile',
  };
  if (before.id === user.id) queries.invalidateQueries(others);
  else queries.resetQueries(others);
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => answerOf(api.POST('/api/auth/login', { body })),
    onSuccess: ({ user }) => begin(queries, user),
  });
}

export function useSignUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials & { name?: string }) =>
      answerOf(api.POST('/api/auth/signup', { body })),
    onSuccess: ({ user }) => begin(queries, user),
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.POST('/api/auth/logout'),
    onSettled: () => {
      localStorage.removeItem(MARK);
      sessionEnd.set('fine');
      queries.clear();
      queries.setQueryData(['profile'], null);
    },
  });
}
