import { Button } from '@mantine/core';
import { type FieldErrors, isVersionConflict } from './field-errors.ts';
import { Problem } from './problem.tsx';

interface SaveProblemProps {
  readonly error: unknown;
  readonly fieldErrors?: FieldErrors;
  /** Starts the form again from the stored values. */
  readonly onReload: () => void;
}

/** Shows why a form was not saved. After a change by another user, what was typed stays until it is given up. */
export function SaveProblem({ error, fieldErrors, onReload }: SaveProblemProps) {
  return (
    <>
      <Problem error={error} {...(fieldErrors === undefined ? {} : { fieldErrors })} />
      {isVersionConflict(error) && (
        <Button variant="default" onClick={onReload}>
          Discard my changes and show the current values
        </Button>
      )}
    </>
  );
}
