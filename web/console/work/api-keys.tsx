import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { HistoryToggle } from '../audit/history-toggle.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type ApiKey = ItemOf<'listApiKeys'>;

/** Lists the keys of other programs, and what happened to them. */
export function ApiKeys() {
  const keys = usePages(['api-keys'], (cursor) =>
    readBody(api.GET('/api/api-keys', { params: { query: cursor } })),
  );
  return (
    <>
      <Text c="dimmed" mb="sm">
        Keys with which other programs, such as a point of sale, use the API.
      </Text>
      <Stack>
        {keys.items?.map((key) => (
          <KeyCard key={key.id} apiKey={key} />
        ))}
      </Stack>
      <PageFoot query={keys} empty="No API keys." />
    </>
  );
}

function KeyCard({
  apiKey: { id, name, scopes, createdAt, expiresAt, lastUsedAt },
}: {
  apiKey: ApiKey;
}) {
  return (
    <Card withBorder component="section" aria-label={name}>
      <Text fw={600} className="rule-name">
        <bdi>{name}</bdi>
      </Text>
      <Group gap={4} my={4}>
        {scopes.map((scope) => (
          <Badge key={scope} variant="light" color="gray" tt="none">
            {scope}
          </Badge>
        ))}
      </Group>
      <Text size="sm" c="dimmed" component="div">
        created <Timestamp at={createdAt} span c="dimmed" />
        {lastUsedAt !== null && (
          <>
            {' '}
            · last used <Timestamp at={lastUsedAt} span c="dimmed" />
          </>
        )}
        {expiresAt !== null && (
          <>
            {' '}
            · expires <Timestamp at={expiresAt} span c="dimmed" />
          </>
        )}
      </Text>
      <HistoryToggle subject={id} name={name} />
    </Card>
  );
}
