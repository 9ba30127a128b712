import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createAuthority, readKeyPair } from '../support/certificates.ts';

const TLS = 'sslmode=verify-full&sslrootcert=/run/secrets/ca.crt';

const pair = readKeyPair(createAuthority().issue('DNS:api'));

/** Values in the form of each secret in the files of deploy/, by the name of its file. */
const samples: Readonly<Record<string, string>> = {
  'database-url': `postgresql://holdfast_app:${randomBytes(32).toString('hex')}@postgres:5432/holdfast?${TLS}`,
  'database-migration-url': `postgresql://holdfast:${randomBytes(32).toString('hex')}@postgres:5432/holdfast?${TLS}`,
  'redis-url': `rediss://holdfast:${randomBytes(32).toString('hex')}@redis:6379`,
  'jwt-secret': randomBytes(48).toString('base64'),
  'factor-key': randomBytes(48).toString('base64'),
  'encryption-key': randomBytes(48).toString('base64'),
  'seal-key': randomBytes(32).toString('base64'),
  'metrics-token': randomBytes(24).toString('hex'),
  'admin-password': randomBytes(18).toString('base64'),
  'sandbox-webhook-secret': `whsec_${randomBytes(32).toString('base64')}`,
  'stripe-secret-key': `sk_test_${randomBytes(18).toString('hex')}`,
  'stripe-webhook-secret': `whsec_${randomBytes(18).toString('hex')}`,
  'api.crt': pair.certificate,
  'api.key': pair.key,
  'worker.crt': pair.certificate,
  'worker.key': pair.key,
  'tls.crt': pair.certificate,
  'tls.key': pair.key,
  'smtp-url': 'smtps://user:password@mail.example:465',
};

/**
 * Replaces each `NAME_FILE=/…/file` by `NAME` with a secret of that file's kind, as the server reads it. Throws for a
 * file that is not among the mounted ones. `given` precedes the samples unless it is empty.
 */
export function fillInSecrets(
  environment: Readonly<Record<string, string>>,
  mounted: readonly string[] = [],
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!name.endsWith('_FILE') || value === '') return [name, value];
      const file = value.split('/').at(-1)!;
      assert.ok(mounted.includes(file), `${name}: ${value} is not mounted`);
      assert.ok(file in samples, file);
      return [name.replace(/_FILE$/, ''), given[file] || samples[file]!];
    }),
  );
}
