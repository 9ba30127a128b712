import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { readConfig } from '../../src/main/config/read-config.ts';
import { variableNames } from '../../src/main/config/variables.ts';
import { opensslMissing } from '../support/nginx-certificate.ts';
import { readText, root } from './deploy-files.ts';
import { fillInSecrets } from './fill-in-secrets.ts';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly networks:
    | readonly string[]
    | Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
}

const text = await readText('deploy/compose.yaml');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
};
const services = Object.entries(compose.services);
const isOurs = ({ image }: Service) => image.startsWith('holdfast');
const ours = services.filter(([, service]) => isOurs(service));
const servers = ours.filter(([name]) => name !== 'migrate');
const dockerfile = await readText('deploy/docker/Dockerfile');
const names: ReadonlySet<string> = new Set(variableNames);
/** Read by Node.js itself. */
const NODE_VARIABLES = new Set(['NODE_EXTRA_CA_CERTS']);

const example = Object.fromEntries(
  (await readText('deploy/compose.env.example'))
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** Expands `${NAME:-default}`, `${NAME-default}` and `${NAME:?reason}` as Compose does. */
function fillIn(value: string, given: Readonly<Record<string, string>>): string {
  return value.replace(
    /\$\{([A-Z_]+)(?::-([^}]*)|-([^}]*)|:\?[^}]*)?\}/g,
    (_whole, name: string, ifEmpty?: string, ifUnset?: string) =>
      ifUnset === undefined ? given[name] || (ifEmpty ?? '') : (given[name] ?? ifUnset),
  );
}

function environmentOf({ environment = {} }: Service, given = example): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, fillIn(value, given)]),
  );
}

const networksOf = ({ networks }: Service) =>
  Array.isArray(networks) ? (networks as readonly string[]) : Object.keys(networks);

describe('compose.yaml', () => {
  test('sets only variables that the servers read, to values that are valid in production', () => {
    assert.deepEqual(servers.map(([name]) => name).sort(), ['api-1', 'api-2', 'worker']);
    for (const [name, service] of ours) {
      const environment = environmentOf(service);
      for (const variable of Object.keys(environment)) {
        const isRead = names.has(variable.replace(/_FILE$/, '')) || NODE_VARIABLES.has(variable);
        assert.ok(isRead, `${name} sets ${variable}, which is never read`);
      }
      const config = readConfig(fillInSecrets(environment, service.secrets));
      assert.equal(config.tls !== null, name !== 'migrate', name);
      assert.equal(config.database.kind, 'external');
      if (name === 'migrate') continue;
      assert.ok(config.production);
      assert.notEqual(config.redisUrl, null);
      assert.deepEqual(config.allowInsecure, []);
    }
  });

  test('also starts with the sandbox and without mail, as its example says', () => {
    const given = {
      ...example,
      PAYMENT_PROVIDER: 'sandbox',
      SANDBOX_URL: 'https://api:3443',
      STRIPE_SECRET_KEY_FILE: '',
      STRIPE_WEBHOOK_SECRET_FILE: '',
      MAIL_DRIVER: 'capture',
      SMTP_URL_FILE: '',
    };
    for (const [, service] of servers) {
      const config = readConfig(fillInSecrets(environmentOf(service, given), service.secrets));
      assert.deepEqual([config.payments.kind, config.mail.kind], ['sandbox', 'capture']);
    }
  });

  test('uses exactly the variables of its example', () => {
    const asked = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
    for (const name of asked) assert.ok(name in example, name);
    for (const name of Object.keys(example)) assert.ok(asked.includes(name), `${name} is not used`);
  });

  test('contains no secret and passes none in the environment', () => {
    assert.doesNotMatch(text, /:\/\/[^\s/]*:[^\s/]*@/);
    for (const [name, service] of services) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        if (!/SECRET|PASSWORD|TOKEN|KEY|DATABASE.*URL|REDIS_URL|SMTP_URL/.test(variable)) continue;
        assert.match(variable, /_FILE$/, `${name} sets ${variable}`);
        const file = fillIn(value, example);
        assert.ok(service.secrets?.includes(file.replace('/run/secrets/', '')), `${name}: ${file}`);
      }
    }
  });

  test('gives each container only its own secrets', () => {
    const holders = (secret: string) =>
      services.filter(([, { secrets = [] }]) => secrets.includes(secret)).map(([name]) => name);
    assert.deepEqual(holders('database-migration-url'), ['migrate']);
    assert.deepEqual(holders('postgres-password'), ['postgres']);
    assert.deepEqual(holders('database-owner-password'), ['postgres']);
    assert.deepEqual(holders('postgres.key'), ['postgres']);
    assert.deepEqual(holders('redis.key'), ['redis']);
    assert.deepEqual(holders('api.key'), ['api-1', 'api-2']);
    assert.deepEqual(holders('worker.key'), ['worker']);
    assert.deepEqual(holders('admin-password'), ['worker']);
    assert.deepEqual(holders('smtp-url'), ['worker']);
    assert.deepEqual(holders('stripe-webhook-secret'), ['api-1', 'api-2']);
    assert.deepEqual(holders('factor-key'), ['api-1', 'api-2']);
    assert.deepEqual(holders('seal-key'), ['worker']);
    assert.deepEqual(holders('jwt-secret'), ['api-1', 'api-2', 'worker']);
    assert.deepEqual(holders('encryption-key'), ['api-1', 'api-2', 'worker']);
    assert.deepEqual(compose.services.migrate!.secrets, [
      'ca.crt',
      'database-url',
      'database-migration-url',
    ]);
    assert.equal(compose.services.nginx!.secrets, undefined);
    for (const [name, { secrets = [] }] of services) {
      for (const secret of secrets) assert.ok(secret in compose.secrets, `${name}: ${secret}`);
      assert.ok(!secrets.includes('ca.key'));
    }
  });

  test('runs every container without root, capabilities, new privileges or a writable image, and within limits', () => {
    for (const [name, service] of services) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.ok(service.mem_limit, name);
      assert.ok(service.pids_limit! > 0, name);
      // Ours names its user in the image.
      if (!isOurs(service)) assert.match(service.user ?? '', /^[1-9]\d*:[1-9]\d*$/, name);
    }
    assert.match(dockerfile, /^USER [1-9]\d*:[1-9]\d*$/m);
  });

  test('keeps PostgreSQL and Redis where neither nginx nor the internet reaches them', () => {
    for (const name of ['postgres', 'redis', 'migrate']) {
      assert.deepEqual(networksOf(compose.services[name]!), ['back'], name);
    }
    assert.equal(compose.networks.back?.internal, true);
    assert.deepEqual(networksOf(compose.services.nginx!), ['edge']);
    assert.deepEqual(networksOf(compose.services.worker!), ['out', 'back']);
    const published = services.filter(([, { ports }]) => ports !== undefined);
    assert.deepEqual(
      published.map(([name]) => name),
      ['nginx'],
    );
  });

  test('uses only commands, files and services that exist', () => {
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (!source.startsWith('./') || source.startsWith('./secrets')) continue;
        assert.ok(existsSync(join(root, 'deploy', source)), source);
      }
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const needed = compose.services[other];
        assert.ok(needed, `${name} waits for ${other}`);
        if (condition !== 'service_healthy') continue;
        assert.ok(isOurs(needed) ? dockerfile.includes('HEALTHCHECK') : needed.healthcheck, other);
      }
    }
    for (const [, { command }] of ours) assert.ok(['serve', 'migrate'].includes(command![0]!));
  });

  test("puts nginx before its API servers, at the image's port and as their only trusted proxy", async () => {
    const upstream = await readText('deploy/nginx/upstream.conf');
    const asked = [...upstream.matchAll(/server ([a-z0-9-]+):(\d+)/g)];
    const apis = ours.filter(([, { environment }]) => environment?.ROLE === 'api');
    assert.deepEqual(
      [...new Set(asked.map(([, name]) => name))].sort(),
      apis.map(([name]) => name).sort(),
    );
    for (const [, { environment }] of apis) {
      for (const [, , port] of asked) assert.equal(port, environment?.PORT);
    }
    const listens = await Promise.all(
      ['nginx.conf', 'tls.conf', 'behind-load-balancer.conf'].map(async (file) => {
        const [, listen] = /^ *listen (\d+) /m.exec(await readText(`deploy/nginx/${file}`))!;
        return listen;
      }),
    );
    const { ports, networks } = compose.services.nginx!;
    assert.deepEqual(listens, ['8080', '8443', '8443']);
    assert.deepEqual(
      ports?.map((it) => it.split(':').at(-1)),
      ['8080', '8443'],
    );
    const { ipv4_address } = (networks as Record<string, { ipv4_address: string }>).edge!;
    for (const [, { environment }] of apis) {
      assert.equal(environment?.TRUSTED_PROXIES, ipv4_address);
    }
  });
});

describe('make-secrets', { skip: opensslMissing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const make = () => execFileSync(join(root, 'deploy/make-secrets'), [folder]);
  const files = () => readdirSync(folder).filter((name) => name !== 'tls');
  const contents = () =>
    Object.fromEntries(files().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

  test('makes every secret of compose.yaml, below a folder that only its owner may enter', () => {
    make();
    for (const { file } of Object.values(compose.secrets)) {
      assert.ok(existsSync(join(folder, file.replace('./secrets/', ''))), file);
    }
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'ca.key')).mode & 0o777, 0o600);
  });

  test('gives each secret to the user of the containers that read it, if root makes them', {
    skip: process.getuid?.() === 0 ? false : 'only root may give files away',
  }, () => {
    for (const [name, { secrets = [], user = '1000:1000' }] of services) {
      for (const secret of secrets.filter((it) => !it.endsWith('.crt'))) {
        const { uid, mode } = statSync(join(folder, secret));
        assert.deepEqual([`${uid}:${uid}`, mode & 0o777], [user, 0o400], `${name}: ${secret}`);
      }
    }
  });

  test('makes secrets that production accepts', () => {
    const all = contents();
    const given = Object.fromEntries(
      Object.entries(all).map(([name, secret]) => [name, secret.trim()]),
    );
    for (const [, service] of ours) {
      const environment = environmentOf(service);
      assert.doesNotThrow(() => readConfig(fillInSecrets(environment, service.secrets, given)));
    }
  });

  test('changes nothing that exists', () => {
    const first = contents();
    make();
    assert.deepEqual(contents(), first);
  });

  test('gives a CA of before the servers had certificates their names, and what it signed before stays valid', () => {
    const old = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
    after(() => rmSync(old, { recursive: true, force: true }));
    const makeOld = () => spawnSync(join(root, 'deploy/make-secrets'), [old], { encoding: 'utf8' });
    assert.equal(makeOld().status, 0);
    const at = (name: string) => join(old, name);
    const names = 'critical,permitted;DNS:postgres,permitted;DNS:redis,permitted;DNS:localhost';
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-new', '-key', at('ca.key'), '-subj', '/CN=Holdfast internal CA'],
        ...['-addext', `nameConstraints=${names}`, '-out', at('ca.crt')],
      ],
      { stdio: 'ignore' },
    );
    const verifies = (name: string) =>
      spawnSync('openssl', ['verify', '-CAfile', at('ca.crt'), at(`${name}.crt`)]).status === 0;
    assert.deepEqual(['postgres', 'api'].map(verifies), [true, false]);
    const read = (name: string) => readFileSync(at(name), 'utf8');
    const [postgres, api] = [read('postgres.crt'), read('api.crt')];
    renameSync(at('ca.key'), at('away'));
    const refused = makeOld();
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /ca\.crt needs a new certificate.*ca\.key is missing/);
    renameSync(at('away'), at('ca.key'));
    assert.equal(makeOld().status, 0);
    assert.deepEqual(['postgres', 'redis', 'api', 'worker'].map(verifies), Array(4).fill(true));
    assert.deepEqual([read('postgres.crt'), read('api.crt')], [postgres, api]);
  });

  test('renews a certificate that ends within a month, and nothing else, and asks for the key of the CA', () => {
    const path = join(folder, 'redis.crt');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-new', '-key', join(folder, 'redis.key'), '-subj', '/CN=redis'],
        ...['-days', '20', '-out', path],
      ],
      { stdio: 'ignore' },
    );
    const before = contents();
    const key = join(folder, 'ca.key');
    renameSync(key, `${key}.away`);
    const refused = spawnSync(join(root, 'deploy/make-secrets'), [folder], { encoding: 'utf8' });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /redis needs a new certificate.*ca\.key is missing/);
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key], { stdio: 'ignore' });
    const withOther = spawnSync(join(root, 'deploy/make-secrets'), [folder], { encoding: 'utf8' });
    assert.equal(withOther.status, 1);
    assert.match(withOther.stderr, /ca\.key is needed, but that is not the key of ca\.crt/);
    renameSync(`${key}.away`, key);
    assert.deepEqual(contents(), before);
    make();
    const after = contents();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    assert.deepEqual(changed.sort(), ['redis.crt', 'redis.key']);
    const verified = spawnSync('openssl', ['verify', '-CAfile', join(folder, 'ca.crt'), path]);
    assert.equal(verified.status, 0);
  });
});
