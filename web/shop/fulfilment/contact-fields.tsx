import './fulfilment.css';
import { useState } from 'react';
import { Field } from '../parts/field.tsx';
import type { Draft } from './draft.ts';

const NAME_MAX = 200;
const PHONE_MAX = 50;

interface ContactFieldsProps {
  readonly draft: Pick<Draft, 'name' | 'phone'>;
  /** The phone number cannot be read. */
  readonly isPhoneWrong: boolean;
  /** The order needs a name. */
  readonly needsName?: boolean;
  onChange(changes: Partial<Pick<Draft, 'name' | 'phone'>>): void;
}

/** Enters whom to ask for, and whom to call. */
export function ContactFields({ draft, isPhoneWrong, needsName, onChange }: ContactFieldsProps) {
  // A number is wrong until it is complete, which is not worth a message while it is typed.
  const [isTyping, setIsTyping] = useState(false);
  const isWrong = isPhoneWrong && !isTyping;
  return (
    <div className="address contact">
      <Field
        label={needsName ? 'Name' : 'Name (optional)'}
        name="name"
        autoComplete="name"
        dir="auto"
        required={needsName}
        maxLength={NAME_MAX}
        value={draft.name}
        onChange={({ target }) => onChange({ name: target.value })}
      />
      <Field
        label="Phone (optional)"
        name="tel"
        type="tel"
        autoComplete="tel"
        maxLength={PHONE_MAX}
        value={draft.phone}
        error={
          isWrong
            ? 'This is not a phone number. Numbers abroad start with + and their country.'
            : undefined
        }
        onFocus={() => setIsTyping(true)}
        onBlur={() => setIsTyping(false)}
        onChange={({ target }) => onChange({ phone: target.value })}
      />
    </div>
  );
}
