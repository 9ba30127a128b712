import { Button, Radio, Stack, Switch, TagsInput, Text, Textarea } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { HoldfastError } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { Problem } from '../parts/problem.tsx';
import { buildOrderBody, findMissing } from './draft.ts';
import type { FieldsProps } from './fields-props.ts';
import { RefusalList } from './refusal-list.tsx';
import { isOverridable, listProposedTimes, type Refusal } from './refusals.ts';
import type { Payment, usePlaceOrder } from './use-place-order.ts';
import type { useQuote } from './use-quote.ts';

const REASON_MAX = 500;
const NOTE_MAX = 500;
const CODES_MAX = 5;

interface PlacingFormProps extends FieldsProps {
  readonly timeZone: string;
  readonly quoting: ReturnType<typeof useQuote>;
  readonly placing: ReturnType<typeof usePlaceOrder>;
}

/** What stands in the way of the order, how it is paid, and the button that places it. */
export function PlacingForm(props: PlacingFormProps) {
  const { draft, onChange, errors, timeZone, quoting, placing } = props;
  const { quote, isPending } = quoting;
  const [payment, setPayment] = useState<Payment>('counter');
  const refusals = listRefusals(quote?.refusals ?? [], placing.error);
  const mayOverride = refusals.some(isOverridable);
  const isOverridden = draft.override && mayOverride;
  const overridden = isOverridden ? refusals.filter(isOverridable) : [];
  const standing = refusals.filter((refusal) => !overridden.includes(refusal));
  const missing = findMissing(draft, isOverridden);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (quote === undefined || missing !== null) return;
    placing.mutate({ body: buildOrderBody(draft, isOverridden, quote.bill.total), payment });
  };
  const isRefusalShown = refusals.some(({ code }) => code === findCode(placing.error));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TagsInput
          label="Discount codes"
          placeholder={draft.discountCodes.length === 0 ? 'Type one and press Enter' : ''}
          maxTags={CODES_MAX}
          acceptValueOnBlur
          value={[...draft.discountCodes]}
          onChange={(discountCodes) => onChange({ discountCodes })}
        />
        <Textarea
          label="Note for the whole order"
          autosize
          minRows={1}
          dir="auto"
          maxLength={NOTE_MAX}
          value={draft.note}
          onChange={({ currentTarget }) => onChange({ note: currentTarget.value })}
          error={errors.at('note')}
        />
        <Stack gap="xs" role="status">
          <RefusalList
            refusals={standing}
            timeZone={timeZone}
            onChoose={(requestedFor) => {
              placing.reset();
              onChange({ requestedFor });
            }}
          />
        </Stack>
        {(mayOverride || draft.override) && (
          <Switch
            label="Take the order anyway"
            description={[
              ...overridden.map(({ title }) => title),
              'The history records who took it and why. A full slot stays full.',
            ].join(' ')}
            checked={draft.override}
            onChange={({ currentTarget }) => onChange({ override: currentTarget.checked })}
          />
        )}
        {draft.override && (
          <Textarea
            label="Reason"
            required
            autosize
            minRows={1}
            maxLength={REASON_MAX}
            value={draft.reason}
            onChange={({ currentTarget }) => onChange({ reason: currentTarget.value })}
            error={errors.at('reason')}
          />
        )}
        <Radio.Group
          label="Payment"
          value={payment}
          onChange={(value) => setPayment(value as Payment)}
        >
          <Stack gap="xs" mt={6}>
            <Radio
              value="counter"
              label="At the counter"
              description="The order is confirmed now."
            />
            <Radio
              value="link"
              label="By link"
              description="You get a link for the customer. The order is confirmed when it is paid."
            />
          </Stack>
        </Radio.Group>
        {!isRefusalShown && <Problem error={placing.error} fieldErrors={errors} />}
        <Text size="sm" c="dimmed" role="status" mih="1.5em">
          {missing}
        </Text>
        <Button
          type="submit"
          size="md"
          disabled={quote === undefined || missing !== null || isPending || standing.length > 0}
          loading={placing.isPending}
        >
          {quote === undefined
            ? 'Place the order'
            : `Place the order · ${formatMoney(quote.bill.total)}`}
        </Button>
      </Stack>
    </form>
  );
}

/** Returns the refusals of a quote, and that of a placement which has times to choose from. */
function listRefusals(quoted: readonly Refusal[], error: unknown): readonly Refusal[] {
  if (!(error instanceof HoldfastError)) return quoted;
  const problem = error.problem as unknown as Refusal;
  const isKnown = quoted.some(({ code }) => code === problem.code);
  return isKnown || listProposedTimes(problem).length === 0 ? quoted : [...quoted, problem];
}

function findCode(error: unknown): string | null {
  return error instanceof HoldfastError ? error.code : null;
}
