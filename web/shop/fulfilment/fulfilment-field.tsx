import './fulfilment.css';
import { Field } from '../parts/field.tsx';
import { hasAddress } from '../terms.ts';
import type { ShopSettings } from '../times/openings.ts';
import { TimeField } from '../times/time-field.tsx';
import type { TimeTrouble } from '../times/time-trouble.ts';
import { AddressFields } from './address-fields.tsx';
import { hasTime } from './draft.ts';
import { TypeSwitch } from './type-switch.tsx';
import type { FulfilmentAccess } from './use-fulfilment.ts';

const TABLE_MAX = 20;
const INSTRUCTIONS_MAX = 500;

interface FulfilmentFieldProps {
  readonly shop: ShopSettings;
  readonly fulfilment: FulfilmentAccess;
  /** Why the time is refused. */
  readonly trouble: TimeTrouble | null;
}

/** Enters how, when and where the order is wanted. */
export function FulfilmentField({ shop, fulfilment, trouble }: FulfilmentFieldProps) {
  const { draft, change } = fulfilment;
  const { type } = draft;
  const { fulfilmentTypes: types } = shop;
  return (
    <div className="fulfilment">
      {(types.length > 1 || !types.includes(type)) && (
        <TypeSwitch types={types} type={type} onChange={(next) => change({ type: next })} />
      )}
      {type === 'DINE_IN' && (
        <Field
          className="table-number"
          label="Your table"
          name="table"
          autoComplete="off"
          required
          maxLength={TABLE_MAX}
          value={draft.table}
          onChange={({ target }) => change({ table: target.value })}
        />
      )}
      {hasTime(type) && (
        <TimeField
          shop={shop}
          type={type}
          requestedFor={draft.requestedFor}
          trouble={trouble}
          onChange={(requestedFor) => change({ requestedFor })}
        />
      )}
      {hasAddress(type) && (
        <>
          <AddressFields address={draft.address} onChange={(address) => change({ address })} />
          <InstructionsField
            instructions={draft.instructions}
            onChange={(instructions) => change({ instructions })}
          />
        </>
      )}
    </div>
  );
}

interface InstructionsFieldProps {
  readonly instructions: string;
  onChange(instructions: string): void;
}

export function InstructionsField({ instructions, onChange }: InstructionsFieldProps) {
  return (
    <label className="field">
      <span>How to find you (optional)</span>
      <textarea
        rows={1}
        name="instructions"
        autoComplete="off"
        maxLength={INSTRUCTIONS_MAX}
        dir="auto"
        placeholder="The blue door, second bell"
        value={instructions}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
