import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RuleKind } from './rules.ts';

/** Creates a rule, or changes the given one if it still has the version that the form started from. */
export function useSaveRule<Rule extends { id: string; name: string; version: number }, Body>(
  kind: RuleKind<Rule, Body>,
  rule: Rule | null,
  onDone: (saved: Rule) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) =>
      rule === null ? kind.create(body) : kind.change(rule.id, { ...body, version: rule.version }),
    onSuccess(saved) {
      const noun = kind.one.charAt(0).toUpperCase() + kind.one.slice(1);
      notifications.show({ message: rule === null ? `${noun} added.` : 'Saved.' });
      onDone(saved);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [kind.key] }),
  });
}
