import { Alert, type AlertProps, Button, Code, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { describeError, findErrorHelp, HoldfastError, isSessionEnd } from '../../shared/api.ts';
import { ProofDeclined } from '../../shared/step-up.ts';
import type { FieldErrors } from './field-errors.ts';

interface ProblemProps extends Omit<AlertProps, 'title' | 'children'> {
  readonly error: unknown;
  /** For requests that can simply be repeated. */
  readonly onRetry?: () => void;
  /** The errors that a form shows at its fields, which are not repeated here. */
  readonly fieldErrors?: FieldErrors;
}

/**
 * Shows an error in the server's words, with the code and the request to quote when asking for help. Renders nothing
 * without an error.
 */
export function Problem({ error, onRetry, fieldErrors, ...alert }: ProblemProps) {
  if (error === null || error === undefined) return null;
  // Who closed the dialog that asked for a proof knows it. A page that has no content without it says so.
  if (error instanceof ProofDeclined && onRetry === undefined) return null;
  const isSessionOver = isSessionEnd(error);
  const problem = error instanceof HoldfastError && !isSessionOver ? error.problem : null;
  const help = findErrorHelp(error);
  const errors = (problem?.errors ?? []).filter(
    ({ pointer }) => fieldErrors?.isShown(pointer) !== true,
  );
  const isMarked = errors.length === 0 && (problem?.errors ?? []).length > 0;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      {...alert}
    >
      <Text fw={600}>{isMarked ? 'Correct what is marked.' : describeError(error)}</Text>
      {help !== null && <Text size="sm">{help}</Text>}
      {errors.length > 0 && (
        <List size="sm">
          {errors.map(({ pointer, detail }) => (
            <List.Item key={`${pointer} ${detail}`}>
              {pointer === '' ? '' : <Code>{pointer.slice(1)}</Code>} {detail}
            </List.Item>
          ))}
        </List>
      )}
      {problem?.requestId !== undefined && !isMarked && (
        <Text size="xs" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {problem.code} · request {problem.requestId}
        </Text>
      )}
      {onRetry !== undefined && !isSessionOver && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** Reports the error of an action that has no form. */
export function notifyProblem(error: unknown): void {
  // The sign-in page, which takes the place of all others, says that the session has ended.
  if (error instanceof ProofDeclined || isSessionEnd(error)) return;
  notifications.show({
    color: 'red',
    title: 'The action failed',
    message: describeError(error),
    autoClose: 8_000,
  });
}
