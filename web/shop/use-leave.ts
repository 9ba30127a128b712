import { useSignOut } from '../shared/session.ts';
import { clearOrderTokens } from './order-tokens.ts';
import { clearStoredTexts } from './stored-text.ts';

/** Returns a function that signs out and leaves nothing in this browser to the next user of the machine. */
export function useLeave(): () => void {
  const signOut = useSignOut();
  return () => {
    clearStoredTexts();
    clearOrderTokens();
    signOut.mutate();
  };
}
