import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { api, readBody } from '../../shared/api.ts';
import { HistoryToggle } from '../audit/history-toggle.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { Deliveries } from './deliveries.tsx';
import { type Endpoint, endpointsKey } from './endpoint.ts';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointForm } from './endpoint-form.tsx';

export function Endpoints() {
  const [isOpen, { open, close }] = useDisclosure();
  const endpoints = usePages(endpointsKey, (cursor) =>
    readBody(api.GET('/api/webhook-endpoints', { params: { query: cursor } })),
  );
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">Addresses of your own systems that receive signed events.</Text>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
          New endpoint
        </Button>
      </Group>
      <Stack>
        {endpoints.items?.map((endpoint) => (
          <EndpointCard key={endpoint.id} endpoint={endpoint} />
        ))}
      </Stack>
      <PageFoot query={endpoints} empty="No endpoints yet." />
      <Dialog opened={isOpen} onClose={close} title="New endpoint">
        <EndpointForm onDone={close} />
      </Dialog>
    </>
  );
}

function EndpointCard({ endpoint }: { endpoint: Endpoint }) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <Card withBorder component="section" aria-label={endpoint.url}>
      <Group justify="space-between" align="start">
        <div>
          <Group gap="xs">
            <Text fw={600} style={{ wordBreak: 'break-all' }}>
              {endpoint.url}
            </Text>
            {!endpoint.active && <Badge color="red">Switched off</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            {endpoint.eventTypes.map((type) => (type === '*' ? 'Every event' : type)).join(', ')}
          </Text>
        </div>
        <EndpointActions endpoint={endpoint} />
      </Group>
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        style={{ alignSelf: 'start' }}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        {isOpen ? 'Hide the deliveries' : 'Show the deliveries'}
      </Button>
      {isOpen && <Deliveries endpointId={endpoint.id} />}
      <HistoryToggle subject={endpoint.id} name={endpoint.url} />
    </Card>
  );
}
