import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ComponentType, type ReactNode, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { RuleCard } from './rule-card.tsx';
import type { RuleKind } from './rules.ts';

export interface RuleFormProps<Rule> {
  /** Null for a new one. */
  readonly rule: Rule | null;
  readonly onDone: () => void;
  /** Shows the stored values instead of what was typed. */
  readonly onReload: () => void;
}

interface StoredRule {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly version: number;
}

interface RulePanelProps<Rule extends StoredRule, Body extends { active?: boolean }> {
  readonly kind: RuleKind<Rule, Body>;
  readonly intro: ReactNode;
  readonly empty: string;
  readonly form: ComponentType<RuleFormProps<Rule>>;
  /** Shows what a rule does. */
  readonly content: ComponentType<{ readonly rule: Rule }>;
  readonly mayDelete?: (rule: Rule) => boolean;
}

/** Lists the rules of one kind, and adds, changes, switches off and deletes them. */
export function RulePanel<Rule extends StoredRule, Body extends { active?: boolean }>({
  kind,
  intro,
  empty,
  form: Form,
  content: Content,
  mayDelete = () => true,
}: RulePanelProps<Rule, Body>) {
  const [edited, setEdited] = useState<Rule | 'new' | null>(null);
  const rules = usePages([kind.key], kind.list);
  const close = () => setEdited(null);
  const rule = edited === 'new' ? null : edited;
  const reload = () => {
    if (rule !== null) kind.read(rule.id).then(setEdited, notifyProblem);
  };
  return (
    <>
      <Group justify="space-between" align="start" mb="md">
        <Text component="div" c="dimmed" flex="1 1 20rem" maw="44rem">
          {intro}
        </Text>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEdited('new')}>
          New {kind.one}
        </Button>
      </Group>
      <Stack gap="xs">
        {rules.items?.map((one) => (
          <RuleCard
            key={one.id}
            kind={kind}
            rule={one}
            mayDelete={mayDelete(one)}
            onEdit={() => setEdited(one)}
          >
            <Content rule={one} />
          </RuleCard>
        ))}
      </Stack>
      <PageFoot query={rules} empty={empty} />
      <Dialog
        opened={edited !== null}
        onClose={close}
        title={edited === 'new' ? `New ${kind.one}` : `Change the ${kind.one}`}
      >
        {edited !== null && (
          <Form
            // Another version is another form.
            key={rule === null ? 'new' : `${rule.id} ${rule.version}`}
            rule={rule}
            onDone={close}
            onReload={reload}
          />
        )}
      </Dialog>
    </>
  );
}
