import { Alert, Button, Code, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { scopes } from '../../../src/shared/caller.ts';
import { api, readBody } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { buildMoneyEntry, MoneyField } from '../parts/money-field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useCurrency } from '../parts/use-currency.ts';
import { type ExpiryChoice, expiryChoices, stateExpiry } from './expiry.ts';

type Scope = (typeof scopes)[number];

export const keysKey = ['api-keys'];

export function KeyForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [choice, setChoice] = useState<ExpiryChoice>('usual');
  const [day, setDay] = useState('');
  const [refundText, setRefundText] = useState<string | null>(null);
  const { currency } = useCurrency();
  const refundMax = buildMoneyEntry(currency ?? '', null, refundText, setRefundText);
  const isRefunding = chosen.includes('payments:refund');
  const isComplete =
    name.trim() !== '' &&
    chosen.length > 0 &&
    stateExpiry(choice, day, 0) !== null &&
    (!isRefunding || refundMax.error === null);
  const create = useMutation({
    mutationFn: () =>
      readBody(
        api.POST('/api/api-keys', {
          body: {
            name: name.trim(),
            scopes: chosen as Scope[],
            ...(isRefunding && refundMax.money !== null
              ? { refundMax: refundMax.money.amount }
              : {}),
            ...stateExpiry(choice, day, serverClock.nowMs()),
          },
        }) as Promise<{ data?: { secret?: string } }>,
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keysKey }),
  });
  if (create.data?.secret !== undefined) {
    return (
      <Stack>
        <Text>The key is shown only once: copy it now.</Text>
        <Code block>{create.data.secret}</Code>
        <Button onClick={onDone}>I have it</Button>
      </Stack>
    );
  }
  const fieldErrors = readFieldErrors(create.error, ['name', 'expiresAt', 'refundMax']);
  return (
    <Stack>
      <TextInput
        label="Name"
        description="What uses the key, such as “Till at the counter”."
        required
        maxLength={200}
        value={name}
        error={fieldErrors.at('name')}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <MultiSelect
        label="Scopes"
        description="The only things that it may do."
        required
        data={[...scopes]}
        value={chosen}
        onChange={setChosen}
        searchable
      />
      {isRefunding && currency !== undefined && (
        <MoneyField
          label={`Refunds an hour at most, in ${currency}`}
          description="If left empty, as much as staff refund without confirming that it is them."
          entry={refundMax}
          refusal={fieldErrors.at('refundMax')}
        />
      )}
      <Select
        label="Ends"
        data={[...expiryChoices]}
        value={choice}
        allowDeselect={false}
        error={choice === 'date' ? null : fieldErrors.at('expiresAt')}
        onChange={(value) => setChoice(value as ExpiryChoice)}
      />
      {choice === 'date' && (
        <TextInput
          label="Last day"
          description="At most a year from now."
          type="date"
          required
          value={day}
          error={fieldErrors.at('expiresAt')}
          onChange={({ currentTarget }) => setDay(currentTarget.value)}
        />
      )}
      {choice === 'never' && (
        <Alert color="yellow" title="A key that never ends">
          If it is lost or stolen, it works until somebody notices and revokes it. Prefer a year,
          and replace the key before.
        </Alert>
      )}
      <Problem error={create.error} fieldErrors={fieldErrors} />
      <Button disabled={!isComplete} loading={create.isPending} onClick={() => create.mutate()}>
        Create the key
      </Button>
    </Stack>
  );
}
