import { helpOf, sentenceOf } from '../../shared/api.ts';

interface ProblemProps {
  readonly error: unknown;
  /** For what can just be asked for once more. */
  readonly onRetry?: () => void;
}

/** A refusal, in the server's own words. Nothing when there is none. */
export function Problem({ error, onRetry }: ProblemProps) {
  if (error === null || error === undefined) return null;
  const help = helpOf(error);
  return (
    <div className="problem" role="alert">
      <strong>{sentenceOf(error)}</strong>
      {help !== null && <p>{help}</p>}
      {onRetry !== undefined && (
        <button type="button" className="more" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
