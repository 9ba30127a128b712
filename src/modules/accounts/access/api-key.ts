import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../shared/canonical-json.ts';
import type { ApiKeyRow, AuditedKeyRow, HeldKeyRow } from './api-key-queries.ts';

export const API_KEY_PREFIX = 'hf_';
const SHAPE = /^hf_[A-Za-z0-9_-]{54}$/;
/** `hf_` and eight characters, by which a person tells keys apart; 46 characters (276 bits) remain secret. */
const SHOWN_LENGTH = 11;
const SECRET_BYTES = 40;
/** The stated expiry of a key that never ends. */
export const NEVER = 'never';

/** Creates the secret of a new key, its hash, and the prefix that may be shown. */
export function createApiKeySecret(): { secret: string; prefix: string; secretHash: Buffer } {
  const secret = API_KEY_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, prefix: secret.slice(0, SHOWN_LENGTH), secretHash: sha256(secret) };
}

/** Returns null if the text cannot be one of our keys, which saves a query. */
export function hashApiKey(text: string): Buffer | null {
  return SHAPE.test(text) ? sha256(text) : null;
}

export function apiKeyView(key: ApiKeyRow) {
  const { id, name, prefix, scopes } = key;
  return {
    id,
    name,
    prefix,
    scopes,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    createdAt: key.createdAt.toISOString(),
    createdBy: { id: key.createdById, name: key.createdByName },
    heldBy: { id: key.heldById, name: key.heldByName },
    refundMax: key.refundMaxMinor,
  };
}

/** Returns what tells a key apart from the other keys of its holder. */
export function heldKeyView({ id, name, prefix, expiresAt, lastUsedAt }: HeldKeyRow) {
  return {
    id,
    name,
    prefix,
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

/** Returns a key as the audit shows it. */
export function auditedKey({ name, prefix, scopes, expiresAt, refundMaxMinor }: AuditedKeyRow) {
  return { name, prefix, scopes, expiresAt, refundMax: refundMaxMinor };
}

export type ApiKeyView = ReturnType<typeof apiKeyView>;
