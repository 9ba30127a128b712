import { useSyncExternalStore } from 'react';

/** How a user may prove who they are. `password` counts only while the account has no second factor. */
export type ProofMethod = 'passkey' | 'totp' | 'recoveryCode' | 'password';

/** Thrown if an action wanted a proof and the user closed the dialog. They know it, so no page reports it. */
export class ProofDeclined extends Error {
  override readonly name = 'ProofDeclined';
}

interface Question {
  readonly methods: readonly ProofMethod[];
  readonly answer: Promise<boolean>;
  readonly resolve: (isProved: boolean) => void;
}

let question: Question | null = null;
const listeners = new Set<() => void>();

function change(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}

/**
 * Some actions want a recent proof of who the user is. The call waits while the page's dialog asks for it, and is then
 * repeated, so that no form has to know about it.
 */
export const stepUp = {
  /** The methods of the open question; null: none is open. */
  read: (): readonly ProofMethod[] | null => question?.methods ?? null,

  /**
   * Asks once for all waiting calls. Returns whether the user proves who they are; null on a page that has no dialog to
   * ask with.
   */
  ask(methods: readonly ProofMethod[]): Promise<boolean> | null {
    if (listeners.size === 0) return null;
    if (question === null) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      change({ methods, answer: promise, resolve });
    }
    return question!.answer;
  },

  /** Closes the question, if one is open. */
  close(isProved: boolean): void {
    const closed = question;
    change(null);
    closed?.resolve(isProved);
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Returns the methods that the page's dialog has to offer; null while nothing asks for a proof. */
export function useStepUp(): readonly ProofMethod[] | null {
  return useSyncExternalStore(stepUp.subscribe, stepUp.read);
}
