import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type ItemOf, readBody } from './api.ts';

export type SessionItem = ItemOf<'listSessions'>;

/** Whose sessions: those of the signed-in user, or those of another one, for admins. */
export type SessionOwner = { readonly userId: string } | 'me';

/** Names the queries of sessions. */
export const SESSIONS = ['sessions'];

const keyOf = (owner: SessionOwner) => [...SESSIONS, owner === 'me' ? 'me' : owner.userId];

/** Returns where a user is signed in, the last used first. */
export function useSessions(owner: SessionOwner) {
  return useQuery({
    queryKey: keyOf(owner),
    queryFn: async () => {
      const { data } =
        owner === 'me'
          ? await readBody(api.GET('/api/auth/sessions'))
          : await readBody(
              api.GET('/api/users/{id}/sessions', { params: { path: { id: owner.userId } } }),
            );
      return data.toSorted((one, other) => other.lastUsedAt.localeCompare(one.lastUsedAt));
    },
  });
}

/** Ends one session. */
export function useEndSession(owner: SessionOwner) {
  const onSettled = useSessionsChanged(owner);
  return useMutation({
    mutationFn: (id: string) =>
      owner === 'me'
        ? api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } })
        : api.DELETE('/api/users/{id}/sessions/{sessionId}', {
            params: { path: { id: owner.userId, sessionId: id } },
          }),
    onSettled,
  });
}

/** Ends all sessions of another user, or all of one's own but this one. */
export function useEndSessions(owner: SessionOwner) {
  const onSettled = useSessionsChanged(owner);
  return useMutation({
    mutationFn: () =>
      owner === 'me'
        ? api.DELETE('/api/auth/sessions')
        : api.DELETE('/api/users/{id}/sessions', { params: { path: { id: owner.userId } } }),
    onSettled,
  });
}

function useSessionsChanged(owner: SessionOwner) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: keyOf(owner) });
}
