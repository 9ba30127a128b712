import { takeRandomBytes } from '../../../shared/random-bytes.ts';

export type SandboxEventType =
  | 'payment.captured'
  | 'payment.failed'
  | 'payment.expired'
  | 'refund.succeeded'
  | 'refund.failed';

export interface NewSandboxEvent {
  readonly type: SandboxEventType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly delayMs: number;
  /** Default 1. */
  readonly copies?: number;
  /** How far in the past the event claims to have happened. Default 0. */
  readonly agoMs?: number;
}

/** An event with its id and body, as sent. */
export interface SealedEvent {
  readonly id: string;
  readonly body: string;
  readonly delayMs: number;
  readonly copies: number;
}

export function sealEvent({
  type,
  data,
  delayMs,
  copies = 1,
  agoMs = 0,
}: NewSandboxEvent): SealedEvent {
  const id = newReference('evt');
  const createdAt = new Date(Date.now() - agoMs).toISOString();
  return { id, body: JSON.stringify({ id, type, createdAt, data }), delayMs, copies };
}

/** Creates an unguessable reference: anyone who knows a session's reference may act on it. */
export function newReference(prefix: 'sbs' | 'sbc' | 'sbr' | 'evt'): string {
  return `${prefix}_${takeRandomBytes(18).toString('base64url')}`;
}
