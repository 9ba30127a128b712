import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/main/config/read-config.ts';
import { variableNames } from '../../src/main/config/variables.ts';
import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';

/** Checks the files in deploy/ against the code that they start. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFile(`${root}/${path}`, 'utf8');
const names: ReadonlySet<string> = new Set(variableNames);

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
}

const dockerfile = await read('deploy/docker/Dockerfile');
const composeText = await read('deploy/compose.yaml');
const compose = parse(composeText, { merge: true }) as {
  services: Record<string, Service>;
  networks: { default: { ipam: { config: { subnet: string }[] } } };
};
const ours = Object.entries(compose.services).filter(([, { image }]) =>
  image.startsWith('holdfast'),
);
const commands = ['serve', 'migrate'];

/** Expands `${NAME:-default}` and `${NAME:?reason}` as Compose does. */
function filledIn(text: string, values: Record<string, string>): string {
  return text.replace(
    /\$\{([A-Z_]+)(:-([^}]*)|:\?[^}]*)?\}/g,
    (_whole, name: string, _rest, fallback = '') => values[name] || fallback,
  );
}

function settings(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const example = settings(await read('deploy/compose.env.example'));
const filled = {
  ...example,
  JWT_SECRET: randomBytes(32).toString('base64'),
  POSTGRES_PASSWORD: '0123456789abcdef',
  METRICS_TOKEN: randomBytes(24).toString('hex'),
  STRIPE_SECRET_KEY: `sk_test_${randomBytes(18).toString('hex')}`,
  STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(18).toString('hex')}`,
};

describe('compose.yaml', () => {
  test('sets only variables that the server reads, to values that are valid in production', () => {
    assert.equal(ours.length, 4);
    for (const [name, { environment = {} }] of ours) {
      for (const variable of Object.keys(environment)) {
        assert.ok(names.has(variable), `${name} sets ${variable}, which is never read`);
      }
      const values = Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, filledIn(value, filled)]),
      );
      const config = readConfig(values);
      assert.ok(config.production);
      assert.equal(config.database.kind, 'external');
      assert.notEqual(config.redisUrl, null);
    }
  });

  test('uses exactly the variables of its example', () => {
    const asked = [...composeText.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
    for (const name of asked) assert.ok(name in example, name);
    for (const name of Object.keys(example)) assert.ok(asked.includes(name), `${name} is not used`);
  });

  test('pins images and uses only commands, files and services that exist', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      if (!service.image.startsWith('holdfast')) assert.match(service.image, /:\d+\.\d+/);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) assert.ok(existsSync(`${root}/deploy/${source}`), source);
      }
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const needed = compose.services[other];
        assert.ok(needed, `${name} waits for ${other}`);
        if (condition !== 'service_healthy') continue;
        const isOurs = needed.image.startsWith('holdfast');
        assert.ok(isOurs ? dockerfile.includes('HEALTHCHECK') : needed.healthcheck);
      }
    }
    for (const [, { command }] of ours) assert.ok(commands.includes(command![0]!));
  });
});

test("nginx forwards to the API servers of compose.yaml at the image's port and is their trusted proxy", async () => {
  const upstream = await read('deploy/nginx/upstream.conf');
  const [, port] = /PORT=(\d+)/.exec(dockerfile)!;
  const asked = [...upstream.matchAll(/server ([a-z0-9-]+):(\d+)/g)];
  const apis = ours
    .filter(([, { environment }]) => environment?.ROLE === 'api')
    .map(([name]) => name);
  assert.deepEqual([...new Set(asked.map(([, name]) => name))].sort(), apis.sort());
  for (const [, , askedPort] of asked) assert.equal(askedPort, port);
  const nginx = await read('deploy/nginx/nginx.conf');
  const [, listens] = /^ *listen (\d+)/m.exec(nginx)!;
  assert.match(compose.services.nginx!.ports![0]!, new RegExp(`:${listens}$`));
  const [network] = compose.networks.default.ipam.config;
  for (const [, { environment }] of ours) {
    assert.equal(environment?.TRUSTED_PROXIES, network!.subnet);
  }
});

test('refusals by nginx read like those of the server', async () => {
  const nginx = await read('deploy/nginx/nginx.conf');
  const refusals = [...nginx.matchAll(/return (\d+) '(\{.*\})';/g)];
  assert.equal(refusals.length, 3);
  for (const [, status, text] of refusals) {
    const problem = JSON.parse(text!) as Record<string, unknown>;
    const known = errorCatalogue.find(({ code }) => code === problem.code)!;
    assert.equal(problem.title, known.title);
    assert.equal(problem.status, known.status);
    assert.equal(Number(status), known.status);
    assert.equal(problem.type, `$public_path/problems/${known.code}`);
  }
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec?: {
    readonly selector?: { readonly matchLabels: Record<string, string> };
    readonly template?: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly terminationGracePeriodSeconds?: number;
        readonly containers: readonly Container[];
      };
    };
  };
}

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly containerPort: number }[];
}

describe('the Kubernetes manifests', async () => {
  const files = globSync('*.yaml', { cwd: `${root}/deploy/kubernetes` });
  const manifests = (
    await Promise.all(
      files.map(async (file) =>
        parseAllDocuments(await read(`deploy/kubernetes/${file}`)).map(
          (document) => document.toJS() as Manifest,
        ),
      ),
    )
  ).flat();
  const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  const data = (kind: string) =>
    Object.assign({}, ...of(kind).map((it) => it.data ?? it.stringData));

  test('are all listed, except the example of a secret', async () => {
    const { resources } = parse(await read('deploy/kubernetes/kustomization.yaml')) as {
      resources: string[];
    };
    const others = ['kustomization.yaml', 'secret.example.yaml'];
    assert.deepEqual(resources.toSorted(), files.filter((file) => !others.includes(file)).sort());
  });

  test('set only variables that the server reads, and all that production needs', () => {
    const values = { ...data('ConfigMap'), ...data('Secret') } as Record<string, string>;
    for (const name of Object.keys(values)) assert.ok(names.has(name), name);
    const secrets = [
      'JWT_SECRET',
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
      'METRICS_TOKEN',
    ] as const;
    for (const name of secrets) {
      assert.ok(name in values, name);
      values[name] = filled[name];
    }
    assert.ok(readConfig({ ...values, NODE_ENV: 'production' }).production);
  });

  test('are refused in production with the secrets of their example', () => {
    const values = { ...data('ConfigMap'), ...data('Secret'), NODE_ENV: 'production' };
    assert.throws(() => readConfig(values), /JWT_SECRET/);
  });

  test("start existing roles and commands, listen on the image's port, and drain before they are killed", () => {
    const [, port] = /PORT=(\d+)/.exec(dockerfile)!;
    const pods = [...of('Deployment'), ...of('Job')];
    assert.equal(pods.length, 3);
    for (const { kind, spec } of pods) {
      const { metadata, spec: pod } = spec!.template!;
      for (const { args, env = [], ports = [] } of pod.containers) {
        assert.ok(commands.includes(args[0]!));
        for (const { name, value } of env) {
          assert.ok(names.has(name));
          assert.equal(readConfig({ [name]: value }).role, value);
        }
        for (const { containerPort } of ports) assert.equal(String(containerPort), port);
      }
      if (kind !== 'Deployment') continue;
      assert.deepEqual(spec!.selector!.matchLabels, metadata.labels);
      // Five seconds of pause and ten to drain.
      assert.ok(pod.terminationGracePeriodSeconds! > 15);
    }
  });
});
