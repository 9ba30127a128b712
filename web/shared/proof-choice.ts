import { type RefObject, useEffect, useRef, useState } from 'react';
import { hasPasskeys } from './passkeys.ts';
import type { ProofMethod } from './step-up.ts';
import { readTypedCode } from './typed-code.ts';

/** Proved by what somebody types. */
export type TypedMethod = Exclude<ProofMethod, 'passkey'>;

/** How a form offers another method than the one that it asks for. */
export const otherWays: Readonly<Record<ProofMethod, string>> = {
  passkey: 'Use a passkey',
  totp: 'Use the authenticator app',
  recoveryCode: 'Use a recovery code',
  password: 'Use the password',
};

/** The easiest first. */
const byEase: readonly ProofMethod[] = ['passkey', 'totp', 'recoveryCode', 'password'];

/** What a form of proof needs, whatever the proof is for. */
export interface Proving {
  readonly error: unknown;
  readonly isPending: boolean;
  byPasskey(): void;
  byTyped(method: TypedMethod, text: string): void;
  /** Forgets the error of a method when another one is chosen. */
  reset(): void;
}

/** Returns the method that the form asks for now, of those that the server accepts and this browser can use. */
export function useProofChoice(methods: readonly ProofMethod[]) {
  const possible = byEase.filter(
    (method) => methods.includes(method) && (method !== 'passkey' || hasPasskeys),
  );
  const [chosen, choose] = useState<ProofMethod | null>(null);
  const method = chosen ?? possible[0] ?? null;
  return { method, others: possible.filter((other) => other !== method), choose };
}

/** Proves by the passkey, or by what was typed into the field `proof` of the form. */
export function submitProof(proving: Proving, method: ProofMethod, form: HTMLFormElement): void {
  const typed = String(new FormData(form).get('proof'));
  if (method === 'passkey') proving.byPasskey();
  else proving.byTyped(method, method === 'totp' ? readTypedCode(typed) : typed);
}

/**
 * Returns the ref of a form of proof, which has the focus again after a refusal: its button lost it while it waited. What
 * was typed is selected, so that the next try replaces it.
 */
export function useFocusAfterRefusal(error: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === null) return;
    const control = form.current?.querySelector<HTMLElement>('[name=proof], [type=submit]');
    control?.focus();
    if (control instanceof HTMLInputElement) control.select();
  }, [error]);
  return form;
}
