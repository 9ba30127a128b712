import { sentenceOf } from '../../shared/api.ts';

/** A refusal, in the server's own words. Nothing when there is none. */
export function Problem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p className="problem" role="alert">
      {sentenceOf(error)}
    </p>
  );
}
