import { listRemoteConnections } from './connections.ts';
import type { Environment } from './secret-files.ts';
import { findWeakness } from './secrets/weakness.ts';
import { trustsEveryone } from './trusted-proxies.ts';
import type { Values } from './variables.ts';

/** Stripe's secrets are at least this long. */
const STRIPE_LENGTH_MIN = 24;
const STRIPE_PREFIX = /^(whsec|(sk|rk)(_live|_test)?)_/;

const MAKE_TEXT = 'use the output of "openssl rand -base64 48"';
const MAKE_SEED = 'use the output of "openssl rand -base64 32"';
const MAKE_WEBHOOK_SECRET = 'use whsec_ followed by the output of "openssl rand -base64 32"';
const COPY_KEY = 'copy the key from the API keys page of the Stripe dashboard';
const COPY_SIGNING_SECRET =
  'copy the signing secret of the webhook endpoint from the Stripe dashboard';

/** A configured secret, and what to do if it is weak. */
export interface GivenSecret {
  readonly name: string;
  readonly secret: string;
  readonly remedy: string;
}

/** Returns one sentence for each reason not to start in production. */
export function productionFaults(values: Values, environment: Environment): string[] {
  const faults: string[] = [];
  if (values.JWT_SECRET === undefined) {
    faults.push('JWT_SECRET is missing: production requires your own, of 32 bytes or more.');
  }
  // A worker checks no factors.
  if (values.FACTOR_KEY === undefined && values.ROLE !== 'worker') {
    faults.push(
      'FACTOR_KEY is missing: production requires your own, of 32 bytes or more and different from JWT_SECRET.',
    );
  }
  // Only servers that work seal, and those that answer requests must not be able to.
  if (values.SEAL_KEY === undefined && values.ROLE !== 'api') {
    faults.push(
      'SEAL_KEY is missing: production requires your own, the output of "openssl rand -base64 32".',
    );
  }
  faults.push(...findSecretFaults(givenSecrets(values)).map(({ sentence }) => sentence));
  if (values.DEMO_DATA === true) {
    faults.push('DEMO_DATA is true: production does not allow demo users. Remove it.');
  }
  if (values.PAYMENT_PROVIDER === undefined) {
    faults.push(
      'PAYMENT_PROVIDER is missing: production requires stripe, or explicitly sandbox, where no money moves.',
    );
  }
  const allowed = values.ALLOW_INSECURE ?? [];
  if (!allowed.includes('public-url')) faults.push(...publicUrlFaults(values.PUBLIC_URL));
  if (!allowed.includes('proxies') && trustsEveryone(values.TRUSTED_PROXIES ?? [])) {
    faults.push(
      "TRUSTED_PROXIES covers so many addresses that anyone could act as a proxy and forge their address: list only your proxies' networks, or, if intended, set ALLOW_INSECURE=proxies.",
    );
  }
  faults.push(...connectionFaults(values, environment));
  return faults;
}

/** Nothing permits this one: it would also disable the verification of Stripe and of the targets of webhooks. */
const NO_VERIFICATION =
  'NODE_TLS_REJECT_UNAUTHORIZED is 0, so no certificate is verified anywhere: remove it. For a CA of your own set NODE_EXTRA_CA_CERTS to its file.';

/** Returns one sentence for each variable with a connection that others on the way could read or change. */
function connectionFaults(values: Values, environment: Environment): string[] {
  const allowed = values.ALLOW_INSECURE ?? [];
  const sentences = listRemoteConnections(values, environment)
    .filter(({ isVerified, permission }) => {
      return !isVerified && (permission === null || !allowed.includes(permission));
    })
    .map(({ variable, remedy, permission }) => {
      const exception =
        permission === null ? '' : `, or, if this is intended, set ALLOW_INSECURE=${permission}`;
      return `${variable} connects to another machine without verified TLS, so others on the way could read and change everything: ${remedy}${exception}.`;
    });
  const isOff = environment.NODE_TLS_REJECT_UNAUTHORIZED === '0';
  // Several replicas share a variable.
  return [...new Set(sentences), ...(isOff ? [NO_VERIFICATION] : [])];
}

/**
 * Without a PUBLIC_URL, people can only connect from this machine, to which browsers send secure cookies over http too.
 */
function publicUrlFaults(publicUrl: string | undefined): string[] {
  if (publicUrl === undefined || publicUrl.startsWith('https:')) return [];
  return [
    'PUBLIC_URL is an http address. Browsers do not return secure cookies over http, so nobody would stay signed in. Put TLS in front of the server and set its https address, or, if http is intended, set ALLOW_INSECURE=public-url.',
  ];
}

type SecretVariable =
  | 'JWT_SECRET'
  | 'FACTOR_KEY'
  | 'ENCRYPTION_KEY'
  | 'SEAL_KEY'
  | 'METRICS_TOKEN'
  | 'SANDBOX_WEBHOOK_SECRET'
  | 'STRIPE_SECRET_KEY'
  | 'STRIPE_WEBHOOK_SECRET';

/** Returns the configured secrets that grant access or sign. */
export function givenSecrets(values: Pick<Values, SecretVariable>): GivenSecret[] {
  const all: [string, string | undefined, string][] = [
    ...(['JWT_SECRET', 'FACTOR_KEY', 'ENCRYPTION_KEY'] as const).flatMap((name) =>
      (values[name] ?? []).map((it): [string, string, string] => [name, it, MAKE_TEXT]),
    ),
    ...(values.SEAL_KEY ?? []).map((it): [string, string, string] => ['SEAL_KEY', it, MAKE_SEED]),
    ['METRICS_TOKEN', values.METRICS_TOKEN, MAKE_TEXT],
    ['SANDBOX_WEBHOOK_SECRET', values.SANDBOX_WEBHOOK_SECRET, MAKE_WEBHOOK_SECRET],
    ['STRIPE_SECRET_KEY', values.STRIPE_SECRET_KEY, COPY_KEY],
    ['STRIPE_WEBHOOK_SECRET', values.STRIPE_WEBHOOK_SECRET, COPY_SIGNING_SECRET],
  ];
  return all.flatMap(([name, secret, remedy]) =>
    secret === undefined ? [] : [{ name, secret, remedy }],
  );
}

export interface SecretFault {
  readonly name: string;
  /** Contains no secret. */
  readonly sentence: string;
}

/** Finds the secrets that can be guessed, or are the same as another. */
export function findSecretFaults(given: readonly GivenSecret[]): SecretFault[] {
  const faults = given.flatMap(({ name, secret, remedy }) => {
    const weakness = isTruncated(name, secret) ? 'it is too short' : findWeakness(secret);
    return weakness === null
      ? []
      : [{ name, sentence: `${name} is weak: ${weakness}; ${remedy}.` }];
  });
  for (const [index, { name, secret, remedy }] of given.entries()) {
    const other = given.slice(0, index).find((it) => it.secret === secret && it.name !== name);
    if (other === undefined) continue;
    faults.push({
      name,
      sentence: `${name} is the same as ${other.name}, so anyone with one has both; ${remedy}.`,
    });
  }
  return faults;
}

function isTruncated(name: string, secret: string): boolean {
  return name.startsWith('STRIPE_') && secret.replace(STRIPE_PREFIX, '').length < STRIPE_LENGTH_MIN;
}
