import { helpOf, sentenceOf } from '../../shared/api.ts';

/** A refusal, in the server's own words. Nothing when there is none. */
export function Problem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const help = helpOf(error);
  return (
    <div className="problem" role="alert">
      <strong>{sentenceOf(error)}</strong>
      {help !== null && <p>{help}</p>}
    </div>
  );
}
