import { Button, Code, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, readBody } from '../../shared/api.ts';
import { eventTypes } from '../../shared/live.ts';
import { Problem } from '../parts/problem.tsx';
import { endpointsKey } from './endpoint.ts';

const EVERY_TYPE = '*';
/** No event, so "every type" does not include it. */
const SEALED = 'log.sealed';

export function EndpointForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () =>
      readBody(
        api.POST('/api/webhook-endpoints', {
          body: {
            url: url.trim(),
            eventTypes: (types.length === 0 ? [EVERY_TYPE] : types) as ['*'],
          },
        }) as Promise<{ data?: { secret?: string } }>,
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: endpointsKey }),
  });
  if (create.data?.secret !== undefined) {
    return <Secret secret={create.data.secret} onDone={onDone} />;
  }
  return (
    <Stack>
      <TextInput
        label="Address"
        placeholder="https://example.com/holdfast"
        required
        value={url}
        onChange={({ currentTarget }) => setUrl(currentTarget.value)}
      />
      <MultiSelect
        label="Events"
        description={`Leave empty for all types but ${SEALED}, which sends the seals of the log and the audit.`}
        data={[...eventTypes, SEALED]}
        value={types}
        onChange={setTypes}
        searchable
        clearable
      />
      <Problem error={create.error} />
      <Button
        disabled={url.trim() === ''}
        loading={create.isPending}
        onClick={() => create.mutate()}
      >
        Add the endpoint
      </Button>
    </Stack>
  );
}

/** Shows a secret once, after its creation and after each rotation. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Stack>
      <Text>Messages are signed with this secret. It is shown only once: copy it now.</Text>
      <Code block>{secret}</Code>
      <Button onClick={onDone}>I have it</Button>
    </Stack>
  );
}
