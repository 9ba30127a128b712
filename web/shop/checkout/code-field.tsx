import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useId, useState } from 'react';
import type { CartAccess } from '../cart.ts';
import { describeReason, mayApplyLater } from '../discount-words.ts';
import { Problem } from '../parts/problem.tsx';
import { listRefusedCodes, type Refusal, requestQuote } from '../quote.ts';

/** The server's limit, and the form of a code. */
const CODES_MAX = 5;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

interface CodeFieldProps {
  readonly cart: CartAccess;
  readonly refusals: readonly Refusal[];
}

/**
 * Enters discount codes. A code that can never apply is not added to the cart, because each request that names an
 * unknown code counts against a limit.
 */
export function CodeField({ cart, refusals }: CodeFieldProps) {
  const { discountCodes } = cart.terms;
  const id = useId();
  const [text, setText] = useState('');
  const [message, setMessage] = useState<string | null>(null);
  const reasons = listRefusedCodes(refusals);
  const trial = useMutation({
    mutationFn: async (code: string) => {
      const terms = { ...cart.terms, discountCodes: [...discountCodes, code] };
      return listRefusedCodes((await requestQuote(cart.lines, terms)).refusals);
    },
    onSuccess(refused, code) {
      const reason = refused.get(code.toLowerCase());
      if (reason !== undefined && !mayApplyLater(reason)) {
        setMessage(describeReason(reason));
        return;
      }
      setText('');
      cart.changeTerms({ discountCodes: [...discountCodes, code] });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = text.trim();
    if (code === '') return;
    const isKnown = discountCodes.some((other) => other.toLowerCase() === code.toLowerCase());
    if (isKnown) return setMessage('This code is already in your cart.');
    if (discountCodes.length >= CODES_MAX) {
      return setMessage(`An order can have at most ${CODES_MAX} codes.`);
    }
    // The server would refuse the form of it together with the whole request.
    if (!CODE.test(code)) return setMessage(describeReason('unknown'));
    setMessage(null);
    trial.mutate(code);
  };
  return (
    <form className="codes" onSubmit={submit}>
      <label htmlFor={id}>Discount code</label>
      <div className="code-entry">
        <input
          id={id}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={60}
          aria-describedby={`${id}-message`}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setMessage(null);
          }}
        />
        <button type="submit" className="button quiet-button" disabled={trial.isPending}>
          {trial.isPending ? 'Checking…' : 'Apply'}
        </button>
      </div>
      <p className="few" id={`${id}-message`} role="status">
        {message}
      </p>
      <Problem error={trial.error} />
      {discountCodes.length > 0 && (
        <ul className="code-list">
          {discountCodes.map((code) => (
            <Code
              key={code}
              code={code}
              reason={reasons.get(code.toLowerCase()) ?? null}
              onRemove={() =>
                cart.changeTerms({ discountCodes: discountCodes.filter((other) => other !== code) })
              }
            />
          ))}
        </ul>
      )}
    </form>
  );
}

interface CodeProps {
  readonly code: string;
  /** Why it does not apply. */
  readonly reason: string | null;
  onRemove(): void;
}

function Code({ code, reason, onRemove }: CodeProps) {
  return (
    <li className={reason === null ? 'code' : 'code refused'}>
      <div>
        <bdi className="code-text">{code}</bdi>
        {reason !== null && <p className="few">{describeReason(reason)}</p>}
      </div>
      <button type="button" className="plain" aria-label={`Remove ${code}`} onClick={onRemove}>
        Remove
      </button>
    </li>
  );
}
