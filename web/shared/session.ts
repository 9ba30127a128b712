import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, HoldfastError, type ReplyOf } from './api.ts';
import { storageKey } from './paths.ts';

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
    queryFn: async () => {
      if (localStorage.getItem(MARK) === null) return null;
      try {
        return await answerOf(api.GET('/api/auth/profile'));
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.status !== 401) throw error;
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

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => answerOf(api.POST('/api/auth/login', { body })),
    onSuccess: ({ user }) => {
      localStorage.setItem(MARK, '1');
      queries.setQueryData(['profile'], user);
    },
  });
}

export function useSignUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials & { name?: string }) =>
      answerOf(api.POST('/api/auth/signup', { body })),
    onSuccess: ({ user }) => {
      localStorage.setItem(MARK, '1');
      queries.setQueryData(['profile'], user);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.POST('/api/auth/logout'),
    onSettled: () => {
      localStorage.removeItem(MARK);
      queries.clear();
      queries.setQueryData(['profile'], null);
    },
  });
}
