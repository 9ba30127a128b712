import { Badge, Button, Card, Group, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { History } from '../audit/audit-list.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import type { RuleKind } from './rules.ts';

interface CardRule {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly version: number;
}

interface RuleCardProps<Rule extends CardRule, Body extends { active?: boolean }> {
  readonly kind: RuleKind<Rule, Body>;
  readonly rule: Rule;
  readonly mayDelete: boolean;
  readonly onEdit: () => void;
  readonly children: ReactNode;
}

export function RuleCard<Rule extends CardRule, Body extends { active?: boolean }>({
  kind,
  rule,
  mayDelete,
  onEdit,
  children,
}: RuleCardProps<Rule, Body>) {
  const queries = useQueryClient();
  const [hasHistory, { toggle: toggleHistory }] = useDisclosure();
  const options = {
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [kind.key] }),
  };
  const toggle = useMutation({
    mutationFn: () => {
      const body = { active: !rule.active } as Partial<Body>;
      return kind.change(rule.id, { ...body, version: rule.version });
    },
    ...options,
  });
  const remove = useMutation({ mutationFn: () => kind.remove(rule), ...options });
  const confirmRemoval = () => {
    if (confirm(`Delete the ${kind.one} “${isolateDirection(rule.name)}”?`)) remove.mutate();
  };
  return (
    <Card component="article" withBorder padding="sm" aria-label={rule.name}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Group gap="xs" mih={36} className="rule">
          <Text component="h2" fw={600} className="rule-name">
            <bdi>{rule.name}</bdi>
          </Text>
          {!rule.active && (
            <Badge variant="light" color="gray">
              Switched off
            </Badge>
          )}
        </Group>
        <Group gap="xs" wrap="nowrap" flex="none">
          <Button variant="default" onClick={onEdit} aria-label={`Edit ${rule.name}`}>
            Edit
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                variant="default"
                px="xs"
                loading={toggle.isPending || remove.isPending}
                aria-label={`More actions for ${rule.name}`}
              >
                <IconDots size={18} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => toggle.mutate()}>
                {rule.active ? 'Switch off' : 'Switch on'}
              </Menu.Item>
              <Menu.Item onClick={toggleHistory}>
                {hasHistory ? 'Hide the history' : 'Show the history'}
              </Menu.Item>
              {mayDelete && (
                <Menu.Item c="var(--mantine-color-error)" onClick={confirmRemoval}>
                  Delete…
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {children}
      {hasHistory && <History subject={rule.id} name={rule.name} />}
    </Card>
  );
}
