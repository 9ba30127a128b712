import { findWeakness } from './secrets/weakness.ts';
import { trustsEveryone } from './trusted-proxies.ts';
import type { Values } from './variables.ts';

/** Shorter ones are none of Stripe's. */
const STRIPE_LENGTH_MIN = 24;
const STRIPE_PREFIX = /^(whsec|(sk|rk)(_live|_test)?)_/;

const MAKE_TEXT = 'take the output of "openssl rand -base64 48"';
const MAKE_WEBHOOK_SECRET = 'take whsec_ and the output of "openssl rand -base64 32"';
const COPY_KEY = 'copy the one from the API keys page of the Stripe dashboard';
const COPY_SIGNING_SECRET = 'copy the one of the webhook endpoint from the Stripe dashboard';

/** A secret that was given, and what to do when it is a bad one. */
export interface GivenSecret {
  readonly name: string;
  readonly secret: string;
  readonly remedy: string;
}

/** One sentence for each reason not to start in production. */
export function productionFaults(values: Values): string[] {
  const faults: string[] = [];
  if (values.JWT_SECRET === undefined) {
    faults.push('JWT_SECRET is missing: production takes 32 bytes or more of your own.');
  }
  faults.push(...secretFaults(givenSecrets(values)));
  if (values.DEMO_DATA === true) {
    faults.push('DEMO_DATA is true: production takes no demo users. Leave it out.');
  }
  if (values.PAYMENT_PROVIDER === undefined) {
    faults.push(
      'PAYMENT_PROVIDER is missing: production takes stripe, or, only when asked by name, sandbox, in which no money moves.',
    );
  }
  const allowed = values.ALLOW_INSECURE ?? [];
  if (!allowed.includes('public-url')) faults.push(...publicUrlFaults(values.PUBLIC_URL));
  if (!allowed.includes('proxies') && trustsEveryone(values.TRUSTED_PROXIES ?? [])) {
    faults.push(
      'TRUSTED_PROXIES holds so many addresses that anybody could pass for a proxy and call from any address: name the networks of your proxies only, or, if this is wanted, set ALLOW_INSECURE=proxies.',
    );
  }
  return faults;
}

/** Without one, people can only come from this machine, to which browsers send secure cookies over http too. */
function publicUrlFaults(publicUrl: string | undefined): string[] {
  if (publicUrl === undefined || publicUrl.startsWith('https:')) return [];
  return [
    'PUBLIC_URL is an http address, over which browsers send no secure cookie back, so that nobody would stay signed in: put TLS before the server and set its https address; or, if http is wanted, set ALLOW_INSECURE=public-url.',
  ];
}

type SecretVariable =
  | 'JWT_SECRET'
  | 'METRICS_TOKEN'
  | 'SANDBOX_WEBHOOK_SECRET'
  | 'STRIPE_SECRET_KEY'
  | 'STRIPE_WEBHOOK_SECRET';

/** Those among the values that let somebody in, or sign. */
export function givenSecrets(values: Pick<Values, SecretVariable>): GivenSecret[] {
  const all: [string, string | undefined, string][] = [
    ...(values.JWT_SECRET ?? []).map((it): [string, string, string] => [
      'JWT_SECRET',
      it,
      MAKE_TEXT,
    ]),
    ['METRICS_TOKEN', values.METRICS_TOKEN, MAKE_TEXT],
    ['SANDBOX_WEBHOOK_SECRET', values.SANDBOX_WEBHOOK_SECRET, MAKE_WEBHOOK_SECRET],
    ['STRIPE_SECRET_KEY', values.STRIPE_SECRET_KEY, COPY_KEY],
    ['STRIPE_WEBHOOK_SECRET', values.STRIPE_WEBHOOK_SECRET, COPY_SIGNING_SECRET],
  ];
  return all.flatMap(([name, secret, remedy]) =>
    secret === undefined ? [] : [{ name, secret, remedy }],
  );
}

/** One sentence for each secret that would be guessed, or is known where another one should be. Without any of them. */
export function secretFaults(given: readonly GivenSecret[]): string[] {
  const faults = given.flatMap(({ name, secret, remedy }) => {
    const weakness = isTruncated(name, secret) ? 'it is too short for one' : findWeakness(secret);
    return weakness === null ? [] : [`${name} is weak: ${weakness}; ${remedy}.`];
  });
  for (const [index, { name, secret, remedy }] of given.entries()) {
    const other = given.slice(0, index).find((it) => it.secret === secret && it.name !== name);
    if (other === undefined) continue;
    faults.push(`${name} is the same as ${other.name}, so that who has one has both; ${remedy}.`);
  }
  return faults;
}

function isTruncated(name: string, secret: string): boolean {
  return name.startsWith('STRIPE_') && secret.replace(STRIPE_PREFIX, '').length < STRIPE_LENGTH_MIN;
}
