import { Alert, Button, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode, SubmitEvent } from 'react';
import { isVersionConflict } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';
import type { ShopForm } from './use-shop-form.ts';

interface ShopSectionProps<Draft> {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly form: ShopForm<Draft>;
  readonly children: ReactNode;
}

/** Shows a part of the settings as a form, with its buttons once something is changed. */
export function ShopSection<Draft>({ title, intro, form, children }: ShopSectionProps<Draft>) {
  const { isChanged, isValid, isSaving, error, errors, othersChanges } = form;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isChanged && isValid) form.save();
  };
  const hasOthers = othersChanges.length > 0;
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h4" mb={4}>
        {title}
      </Title>
      {intro !== undefined && (
        <Text size="sm" c="dimmed" mb="md" maw="44rem">
          {intro}
        </Text>
      )}
      <form onSubmit={submit} noValidate>
        <Stack>
          {children}
          {!(hasOthers && isVersionConflict(error)) && (
            <Problem error={error} fieldErrors={errors} />
          )}
          {hasOthers && <OthersChanges form={form} />}
          {isChanged && !hasOthers && (
            <Group gap="xs">
              <Button type="submit" loading={isSaving} disabled={!isValid}>
                Save
              </Button>
              <Button variant="default" onClick={form.discard} disabled={isSaving}>
                Discard my changes
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function OthersChanges<Draft>({ form }: { readonly form: ShopForm<Draft> }) {
  return (
    <Alert color="yellow" role="alert" title="Another user has changed this meanwhile.">
      <List size="sm" mb="sm">
        {form.othersChanges.map((change) => (
          <List.Item key={change}>{change}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Button variant="default" onClick={form.keepMine}>
          Keep what I typed
        </Button>
        <Button variant="default" onClick={form.discard}>
          Discard my changes and show the current values
        </Button>
      </Group>
    </Alert>
  );
}
