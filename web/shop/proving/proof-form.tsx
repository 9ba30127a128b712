import './proving.css';
import { useEffect, useRef } from 'react';
import {
  otherWays,
  type Proving,
  submitProof,
  type TypedMethod,
  useFocusAfterRefusal,
  useProofChoice,
} from '../../shared/proof-choice.ts';
import type { ProofMethod } from '../../shared/step-up.ts';
import { Field } from '../parts/field.tsx';
import { PasskeysElsewhere } from '../parts/passkeys-elsewhere.tsx';
import { Problem } from '../parts/problem.tsx';

const fields = {
  totp: {
    label: 'Code from the authenticator app',
    hint: 'Six digits. The next code comes within 30 seconds.',
    inputMode: 'numeric',
    autoComplete: 'one-time-code',
    // Blanks may be pasted with it.
    maxLength: 20,
  },
  recoveryCode: {
    label: 'Recovery code',
    hint: 'One of those that you have kept. Each works once.',
    autoComplete: 'off',
    autoCapitalize: 'characters',
    spellCheck: false,
    maxLength: 100,
  },
  password: {
    label: 'Password',
    type: 'password',
    autoComplete: 'current-password',
    maxLength: 256,
  },
} as const;

interface ProofFormProps {
  /** What the server accepts. */
  readonly methods: readonly ProofMethod[];
  readonly proving: Proving;
  readonly submitLabel: string;
}

/** Asks for a passkey, a code or the password, one at a time. */
export function ProofForm({ methods, proving, submitLabel }: ProofFormProps) {
  const { method, others, choose } = useProofChoice(methods);
  const form = useFocusAfterRefusal(proving.error);
  if (method === null) {
    return (
      <>
        <p>This browser cannot use your passkey here. Sign in on another device.</p>
        <PasskeysElsewhere />
      </>
    );
  }
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        submitProof(proving, method, event.currentTarget);
      }}
    >
      {method === 'passkey' ? (
        <p>Your device will ask for your fingerprint, your face or its PIN.</p>
      ) : (
        <TypedProof key={method} method={method} />
      )}
      <Problem error={proving.error} />
      <button type="submit" className="button wide" disabled={proving.isPending}>
        {method === 'passkey' ? 'Use the passkey' : submitLabel}
      </button>
      <div className="other-ways">
        {others.map((other) => (
          <button
            key={other}
            type="button"
            className="plain"
            disabled={proving.isPending}
            onClick={() => {
              choose(other);
              proving.reset();
            }}
          >
            {otherWays[other]}
          </button>
        ))}
      </div>
    </form>
  );
}

function TypedProof({ method }: { method: TypedMethod }) {
  const field = useRef<HTMLDivElement>(null);
  // The one thing to do here. It follows what the user did, and its label says where the focus is.
  useEffect(() => field.current?.querySelector('input')?.focus(), []);
  return (
    <div ref={field}>
      <Field name="proof" required dir="ltr" {...fields[method]} />
    </div>
  );
}
