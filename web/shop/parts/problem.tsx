import { describeError, findErrorHelp, HoldfastError, isSessionEnd } from '../../shared/api.ts';
import { useSessionState } from '../../shared/session-end.ts';
import { ProofDeclined } from '../../shared/step-up.ts';

interface ProblemProps {
  readonly error: unknown;
  /** For requests that can simply be repeated. */
  readonly onRetry?: () => void;
}

/** Shows an error in the server's words. Renders nothing without an error. */
export function Problem({ error, onRetry }: ProblemProps) {
  const session = useSessionState();
  // Customers who decline a proof know that they did.
  if (error === null || error === undefined || error instanceof ProofDeclined) return null;
  // Every page says so.
  if (isSessionEnd(error) && session === 'ended') return null;
  const help = findErrorHelp(error);
  return (
    <div className="problem" role="alert">
      <strong>{describeInput(error) ?? describeError(error)}</strong>
      {help !== null && <p>{help}</p>}
      {onRetry !== undefined && (
        <button type="button" className="more" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Describes what is wrong with the input, in the server's words about each place; null for another error. */
function describeInput(error: unknown): string | null {
  if (!hasCode(error, 'request.invalid')) return null;
  const details = (error.problem.errors ?? []).map(({ detail }) => detail);
  return details.length === 0 ? null : details.join(' ');
}

/** Returns whether an error is a refusal of the server: the one with this code, or any. */
export function hasCode(error: unknown, code?: string): error is HoldfastError {
  return error instanceof HoldfastError && (code === undefined || error.code === code);
}
