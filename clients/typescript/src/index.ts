/** A typed client for a Holdfast server. See README.md. */
export { createHoldfastClient, type HoldfastClient, type HoldfastClientOptions } from './client.ts';
export { HoldfastError, type ProblemDocument } from './problem.ts';
export type {
  Bill,
  Charge,
  components,
  Money,
  Order,
  operations,
  Payment,
  Problem,
  paths,
  Refund,
} from './schema.ts';
export {
  type Challenge,
  ChallengeError,
  type FactorProof,
  type HoldfastSession,
  resumeSession,
  type SessionOptions,
  type SessionTokens,
  signIn,
} from './session.ts';
export { type HoldfastEvent, verifyWebhook, WebhookVerificationError } from './webhooks.ts';
