import { Button, Group, Menu, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, readBody } from '../../shared/api.ts';
import { LATEST_DAY, parseLocalTime } from '../../shared/moments.ts';
import { Dialog } from '../parts/dialog.tsx';
import { notifyProblem, Problem } from '../parts/problem.tsx';
import { type Endpoint, endpointsKey } from './endpoint.ts';
import { Secret } from './endpoint-form.tsx';

export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const queries = useQueryClient();
  const params = { path: { id: endpoint.id } };
  const [secret, setSecret] = useState<string | null>(null);
  const [isReplaying, replaying] = useDisclosure();
  const more = useRef<HTMLButtonElement>(null);
  // The menu item that opened a dialog no longer exists when the dialog closes.
  const focus = { returnFocus: false, onExitTransitionEnd: () => more.current?.focus() } as const;
  const refresh = () => queries.invalidateQueries({ queryKey: endpointsKey });
  const test = useMutation({
    mutationFn: () => api.POST('/api/webhook-endpoints/{id}/test', { params }),
    onSuccess: () => notifications.show({ message: 'Test delivery queued.' }),
    onError: notifyProblem,
    onSettled: refresh,
  });
  const change = useMutation({
    mutationFn: (active: boolean) =>
      api.PATCH('/api/webhook-endpoints/{id}', { params, body: { active } }),
    onError: notifyProblem,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/webhook-endpoints/{id}', { params }),
    onError: notifyProblem,
    onSettled: refresh,
  });
  const rotate = useMutation({
    mutationFn: () => readBody(api.POST('/api/webhook-endpoints/{id}/rotate-secret', { params })),
    onSuccess: (rotated) => setSecret(rotated.secret ?? null),
    onError: notifyProblem,
  });
  return (
    <Group gap="xs" wrap="nowrap">
      <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
        Test
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            ref={more}
            variant="default"
            px="xs"
            aria-label={`More actions for ${endpoint.url}`}
          >
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => change.mutate(!endpoint.active)}>
            {endpoint.active ? 'Switch off' : 'Switch on'}
          </Menu.Item>
          <Menu.Item onClick={() => rotate.mutate()}>New secret</Menu.Item>
          <Menu.Item onClick={replaying.open}>Replay events…</Menu.Item>
          <Menu.Item
            c="var(--mantine-color-error)"
            onClick={() => {
              if (confirm(`Remove ${endpoint.url}?`)) remove.mutate();
            }}
          >
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialog
        {...focus}
        opened={secret !== null}
        onClose={() => setSecret(null)}
        title="New secret"
      >
        {secret !== null && <Secret secret={secret} onDone={() => setSecret(null)} />}
      </Dialog>
      <Dialog {...focus} opened={isReplaying} onClose={replaying.close} title="Replay events">
        <ReplayForm endpoint={endpoint} onDone={replaying.close} />
      </Dialog>
    </Group>
  );
}

function ReplayForm({ endpoint, onDone }: { endpoint: Endpoint; onDone: () => void }) {
  const queries = useQueryClient();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const replay = useMutation({
    mutationFn: () =>
      api.POST('/api/webhook-endpoints/{id}/replay', {
        params: { path: { id: endpoint.id } },
        body: { from: parseLocalTime(from) ?? from, to: parseLocalTime(to) ?? to },
      }),
    onSuccess: () => {
      notifications.show({ message: 'Replay started, in order.' });
      onDone();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['deliveries', endpoint.id] }),
  });
  return (
    <Stack>
      <Text size="sm">
        Sends every event of this period that the endpoint subscribes to, under its original id.
      </Text>
      <TextInput
        label="From"
        type="datetime-local"
        max={`${LATEST_DAY}T23:59`}
        value={from}
        onChange={({ currentTarget }) => setFrom(currentTarget.value)}
      />
      <TextInput
        label="To"
        type="datetime-local"
        max={`${LATEST_DAY}T23:59`}
        value={to}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
      />
      <Problem error={replay.error} />
      <Button disabled={!from || !to} loading={replay.isPending} onClick={() => replay.mutate()}>
        Replay
      </Button>
    </Stack>
  );
}
