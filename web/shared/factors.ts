import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, apiWithoutRetries, type BodyOf, type ReplyOf, readBody } from './api.ts';
import { createPasskey } from './passkeys.ts';
import { PROFILE_KEY } from './queries.ts';
import { recoveryCodes } from './recovery-codes.ts';
import { SESSIONS } from './session-list.ts';

export type Factors = ReplyOf<'listFactors'>;
export type Factor = Factors['data'][number];

const FACTORS = ['factors'];

/** From here on the page reminds the user to create new recovery codes. */
export const FEW_RECOVERY_CODES = 3;

/** Returns the second factors of the user, and how many recovery codes are left. */
export function useFactors() {
  return useQuery({ queryKey: FACTORS, queryFn: () => readBody(api.GET('/api/auth/factors')) });
}

/** Returns what follows a change of factors: other sessions have ended, and a required factor may be there now. */
function useFactorsChanged() {
  const queries = useQueryClient();
  return (created?: { readonly recoveryCodes?: readonly string[] | undefined }) => {
    if (created?.recoveryCodes !== undefined) recoveryCodes.show(created.recoveryCodes);
    return Promise.all(
      [FACTORS, SESSIONS, [PROFILE_KEY]].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  };
}

/** Creates a passkey in this browser or on another device, which the browser asks for. */
export function useAddPasskey() {
  const onSuccess = useFactorsChanged();
  return useMutation({
    mutationFn: async ({ name }: { name: string }) => {
      const { id, publicKey } = await readBody(
        apiWithoutRetries.POST('/api/auth/factors/passkeys/options'),
      );
      const response = await createPasskey(publicKey);
      return readBody(
        apiWithoutRetries.POST('/api/auth/factors/passkeys', { body: { id, name, response } }),
      );
    },
    onSuccess,
  });
}

/** Creates the secret of an authenticator app, which counts only after `useConfirmTotp`. */
export function useStartTotp() {
  return useMutation({
    mutationFn: (body: BodyOf<'addTotp'>) =>
      readBody(apiWithoutRetries.POST('/api/auth/factors/totp', { body })),
  });
}

/** Confirms by a code that the app knows the secret. */
export function useConfirmTotp() {
  const onSuccess = useFactorsChanged();
  return useMutation({
    mutationFn: ({ id, code }: { id: string; code: string }) =>
      readBody(
        apiWithoutRetries.POST('/api/auth/factors/totp/{id}/confirm', {
          params: { path: { id } },
          body: { code },
        }),
      ),
    onSuccess,
  });
}

/** Creates new recovery codes. Earlier ones no longer work. */
export function useCreateRecoveryCodes() {
  const onSuccess = useFactorsChanged();
  return useMutation({
    mutationFn: () => readBody(apiWithoutRetries.POST('/api/auth/factors/recovery-codes')),
    onSuccess,
  });
}

export function useRenameFactor(id: string) {
  const changed = useFactorsChanged();
  return useMutation({
    mutationFn: (body: BodyOf<'updateFactor'>) =>
      readBody(api.PATCH('/api/auth/factors/{id}', { params: { path: { id } }, body })),
    onSuccess: () => changed(),
  });
}

export function useRemoveFactor(id: string) {
  const changed = useFactorsChanged();
  return useMutation({
    mutationFn: () => api.DELETE('/api/auth/factors/{id}', { params: { path: { id } } }),
    onSuccess: () => changed(),
  });
}
