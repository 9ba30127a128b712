import { Alert, type AlertProps, Button, Code, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { HoldfastError, helpOf, sentenceOf } from '../../shared/api.ts';

interface ProblemProps extends Omit<AlertProps, 'title' | 'children'> {
  readonly error: unknown;
  /** For what can just be asked for once more. */
  readonly onRetry?: () => void;
}

/** A refusal in the server's own words, with what to quote when asking for help. Nothing when there is none. */
export function Problem({ error, onRetry, ...alert }: ProblemProps) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof HoldfastError ? error.problem : null;
  const help = helpOf(error);
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      {...alert}
    >
      <Text fw={600}>{sentenceOf(error)}</Text>
      {help !== null && <Text size="sm">{help}</Text>}
      {problem?.errors !== undefined && problem.errors.length > 0 && (
        <List size="sm">
          {problem.errors.map(({ pointer, detail }) => (
            <List.Item key={`${pointer} ${detail}`}>
              {pointer === '' ? '' : <Code>{pointer.slice(1)}</Code>} {detail}
            </List.Item>
          ))}
        </List>
      )}
      {problem?.requestId !== undefined && (
        <Text size="xs" mt={4}>
          {problem.code} · request {problem.requestId}
        </Text>
      )}
      {onRetry !== undefined && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** For what was done by one touch, far from any form. */
export function notifyProblem(error: unknown): void {
  notifications.show({
    color: 'red',
    title: 'It was not done',
    message: sentenceOf(error),
    autoClose: 8_000,
  });
}
