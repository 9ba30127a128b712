import { Link, useLocation } from 'wouter';
import { describeError, findErrorHelp, isSessionEnd } from '../../shared/api.ts';
import { useSessionState } from '../../shared/session-end.ts';

interface ProblemProps {
  readonly error: unknown;
  /** For what can just be asked for once more. */
  readonly onRetry?: () => void;
}

/** A refusal, in the server's own words. Nothing when there is none. */
export function Problem({ error, onRetry }: ProblemProps) {
  const session = useSessionState();
  if (error === null || error === undefined) return null;
  if (isSessionEnd(error)) {
    return session === 'fine' ? null : <SessionEnded />;
  }
  const help = findErrorHelp(error);
  return (
    <div className="problem" role="alert">
      <strong>{describeError(error)}</strong>
      {help !== null && <p>{help}</p>}
      {onRetry !== undefined && (
        <button type="button" className="more" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The cart lies on the server, and what is typed beside it in this tab: both are there after the sign-in. */
function SessionEnded() {
  const [path] = useLocation();
  return (
    <div className="problem" role="alert">
      <strong>Your session has ended.</strong>
      <p>Sign in again to go on. Your cart is kept.</p>
      <Link href={`/sign-in?then=${path}`} className="button">
        Sign in
      </Link>
    </div>
  );
}
