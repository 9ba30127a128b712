import { Group, MultiSelect, Select, TextInput } from '@mantine/core';
import { findDayError, LATEST_DAY } from '../../shared/moments.ts';
import { auditWords, subjectWords } from './audit-words.ts';
import type { AuditFilterName } from './build-query.ts';
import { type Choice, useActorChoices } from './use-actor-choices.ts';

interface AuditFiltersProps {
  readonly get: (name: AuditFilterName) => string;
  readonly set: (name: AuditFilterName, value: string) => void;
  /** The name of the actor and of the subject that are filtered by their ids, as far as they are known. */
  readonly actorName: string | null;
  readonly subjectName: string | null;
}

const kinds = Object.entries(subjectWords).map(([value, label]) => ({ value, label }));
const types = Object.entries(subjectWords).map(([kind, group]) => ({
  group,
  items: Object.entries(auditWords)
    .filter(([type]) => type.startsWith(`${kind}.`))
    .map(([value, label]) => ({ value, label })),
}));

export function AuditFilters({ get, set, actorName, subjectName }: AuditFiltersProps) {
  const actor = get('actor');
  const subject = get('subject');
  const actors = useActorChoices(actor, actorName);
  return (
    <Group align="start" mb="md">
      <Select
        label="Who"
        placeholder="Anyone"
        data={actors}
        value={actor || null}
        onChange={(chosen) => set('actor', chosen ?? '')}
        searchable
        clearable
        w={220}
      />
      <Select
        label="Subject"
        placeholder="Any"
        data={withChosen(kinds, subject, subjectName)}
        value={subject || null}
        onChange={(chosen) => set('subject', chosen ?? '')}
        searchable
        clearable
        w={190}
      />
      <MultiSelect
        label="What"
        placeholder={get('type') === '' ? 'Anything' : undefined}
        data={types}
        value={get('type').split(',').filter(Boolean)}
        onChange={(chosen) => set('type', chosen.join(','))}
        searchable
        clearable
        w={260}
      />
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          label={name === 'from' ? 'From' : 'To'}
          type="date"
          max={LATEST_DAY}
          value={get(name)}
          error={findDayError(get(name))}
          onChange={({ currentTarget }) => set(name, currentTarget.value)}
        />
      ))}
    </Group>
  );
}

/** Adds what is chosen by a link and is not in the list. */
function withChosen(choices: readonly Choice[], chosen: string, name: string | null): Choice[] {
  const isListed = chosen === '' || choices.some(({ value }) => value === chosen);
  return isListed ? [...choices] : [{ value: chosen, label: name ?? chosen }, ...choices];
}
