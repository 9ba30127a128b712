import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apiWithoutRetries, type BodyOf, readBody } from './api.ts';
import { PasskeyError, readPasskey } from './passkeys.ts';
import type { Proving } from './proof-choice.ts';
import { SESSIONS } from './session-list.ts';
import { stepUp } from './step-up.ts';

type IdentityProof = Omit<BodyOf<'stepUp'>, 'credentials'>;

/** Proves who the signed-in user is, after which the waiting actions continue. */
export function useProveIdentity(): Proving {
  const queries = useQueryClient();
  const prove = useMutation({
    mutationFn: async (findProof: () => Promise<IdentityProof>) => send(await findProof()),
    onSuccess: () => {
      stepUp.close(true);
      // A new session has taken the place of this one.
      return queries.invalidateQueries({ queryKey: SESSIONS });
    },
  });
  return {
    error: prove.error,
    isPending: prove.isPending,
    byPasskey: () => prove.mutate(requestPasskey),
    byTyped: (method, text) => prove.mutate(async () => ({ [method]: text })),
    reset: prove.reset,
  };
}

async function requestPasskey(): Promise<IdentityProof> {
  const reply = await send({});
  if (!('challenge' in reply)) throw new PasskeyError('This account has no passkey.');
  return { passkey: await readPasskey(reply.challenge.publicKey ?? {}) };
}

/** Without a proof, the reply is a challenge for a passkey. */
function send(proof: IdentityProof) {
  const body = { ...proof, credentials: 'cookie' } as const;
  return readBody(apiWithoutRetries.POST('/api/auth/step-up', { body }));
}
