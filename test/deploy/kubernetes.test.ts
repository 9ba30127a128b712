import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/main/config/read-config.ts';
import { variableNames } from '../../src/main/config/variables.ts';
import { readText, root } from './deploy-files.ts';
import { fillInSecrets } from './fill-in-secrets.ts';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly values: string[] }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: Selector;
}

interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly { readonly from: readonly Peer[]; readonly ports: Port[] }[];
  readonly egress?: readonly { readonly to: readonly Peer[]; readonly ports: Port[] }[];
}

interface Port {
  readonly port: number;
}

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly limits: Labels };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface MountedSecret {
  readonly name: string;
  /** Default: each key becomes a file. */
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly projected?: { readonly sources: readonly { readonly secret: MountedSecret }[] };
  }[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly data?: Labels;
  readonly stringData?: Labels;
  readonly spec?: Policy & {
    readonly minAvailable?: number;
    readonly selector?: { readonly matchLabels: Labels };
    readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
  };
}

const names: ReadonlySet<string> = new Set(variableNames);
const files = globSync('*.yaml', { cwd: `${root}/deploy/kubernetes` });
const manifests = (
  await Promise.all(
    files.map(async (file) =>
      parseAllDocuments(await readText(`deploy/kubernetes/${file}`)).map((document) => {
        assert.deepEqual(document.errors, [], file);
        return document.toJS() as Manifest;
      }),
    ),
  )
).flat();
const listKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const secrets = new Map(
  listKind('Secret').map(({ metadata, stringData }) => [metadata.name, stringData!]),
);
const configuration = listKind('ConfigMap')[0]!.data!;
const pods = [...listKind('Deployment'), ...listKind('Job')].map(({ kind, metadata, spec }) => ({
  kind,
  name: metadata.name,
  labels: spec!.template!.metadata.labels,
  selector: spec!.selector?.matchLabels,
  pod: spec!.template!.spec,
}));
const dockerfile = await readText('deploy/docker/Dockerfile');
const [, imagePort] = /PORT=(\d+)/.exec(dockerfile)!;

/** Lists the names of the secrets that a pod mounts. */
const secretsOf = ({ volumes }: Pod) =>
  volumes.flatMap(({ projected }) => projected?.sources.map(({ secret }) => secret.name) ?? []);

/** Returns the environment of a container. */
function environmentOf({ env = [], envFrom = [] }: Container): Record<string, string> {
  assert.ok(envFrom.every(({ configMapRef }) => configMapRef?.name === 'holdfast'));
  return {
    ...(envFrom.length > 0 ? configuration : {}),
    ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
  };
}

describe('the Kubernetes manifests', () => {
  test('are all listed, except the example of the secrets', async () => {
    const { resources } = parse(await readText('deploy/kubernetes/kustomization.yaml')) as {
      resources: string[];
    };
    const others = [
      'kustomization.yaml',
      'secret.example.yaml',
      'certificates.example.yaml',
      'ingress.example.yaml',
    ];
    assert.deepEqual(resources.toSorted(), files.filter((file) => !others.includes(file)).sort());
  });

  test('set only variables that the server reads, to values that are valid in production', () => {
    for (const { name: podName, pod } of pods) {
      const mounted = secretsOf(pod).flatMap((name) => Object.keys(secrets.get(name)!));
      for (const container of pod.containers) {
        const environment = environmentOf(container);
        for (const name of Object.keys(environment)) {
          const isRead = names.has(name.replace(/_FILE$/, '')) || name === 'NODE_EXTRA_CA_CERTS';
          assert.ok(isRead, `${podName}: ${name}`);
        }
        const config = readConfig(fillInSecrets(environment, mounted));
        assert.equal(config.database.kind, 'external');
        assert.equal(config.production, podName !== 'holdfast-migrate');
      }
    }
  });

  test('are refused in production with the secrets of their example', () => {
    const values = Object.assign({}, ...secrets.values()) as Record<string, string>;
    for (const { pod } of pods.filter(({ kind }) => kind === 'Deployment')) {
      const environment = environmentOf(pod.containers[0]!);
      const given = fillInSecrets(environment, Object.keys(values), values);
      assert.throws(() => readConfig(given), /JWT_SECRET/);
    }
  });

  test('give each pod only its own secrets, as files that only its group reads', async () => {
    const mounted = Object.fromEntries(pods.map(({ name, pod }) => [name, secretsOf(pod)]));
    assert.deepEqual(mounted, {
      'holdfast-api': ['holdfast-database', 'holdfast-server', 'holdfast-api', 'holdfast-api-tls'],
      'holdfast-worker': [
        'holdfast-database',
        'holdfast-server',
        'holdfast-worker',
        'holdfast-worker-tls',
      ],
      'holdfast-migrate': ['holdfast-database', 'holdfast-migration'],
    });
    assert.deepEqual([...secrets.keys()].sort(), [
      'holdfast-api',
      'holdfast-api-tls',
      'holdfast-database',
      'holdfast-migration',
      'holdfast-server',
      'holdfast-worker',
      'holdfast-worker-tls',
    ]);
    for (const file of files) {
      const text = await readText(`deploy/kubernetes/${file}`);
      assert.doesNotMatch(text, /secretRef|secretKeyRef/, file);
      if (text.includes('projected:')) assert.match(text, /defaultMode: 0440\n/, file);
    }
    for (const [name, value] of Object.entries(configuration)) {
      assert.doesNotMatch(value, /:\/\/[^/]*:[^/]*@/, name);
    }
  });

  test('mount each file from one secret, also where cert-manager adds the CA of a certificate', () => {
    for (const { name: podName, pod } of pods) {
      const mounted = pod.volumes
        .flatMap(({ projected }) => projected?.sources ?? [])
        .flatMap(({ secret: { name, items } }) => {
          const added = name.endsWith('-tls') ? ['ca.crt'] : [];
          return items?.map(({ path }) => path) ?? [...Object.keys(secrets.get(name)!), ...added];
        });
      assert.deepEqual(mounted.toSorted(), [...new Set(mounted)].sort(), podName);
    }
  });

  test('meet the restricted pod security standard, without a token of the cluster', () => {
    const [namespace] = listKind('Namespace');
    assert.equal(namespace!.metadata.labels!['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.equal(pods.length, 3);
    for (const { name, pod } of pods) {
      assert.equal(pod.automountServiceAccountToken, false, name);
      const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile } = pod.securityContext;
      assert.deepEqual(
        [runAsNonRoot, runAsUser, runAsGroup, seccompProfile],
        [true, 1000, 1000, { type: 'RuntimeDefault' }],
        name,
      );
      for (const { securityContext, resources } of pod.containers) {
        assert.deepEqual(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        assert.ok(resources.limits.memory && resources.limits['ephemeral-storage'], name);
      }
    }
    assert.match(dockerfile, /^USER 1000:1000$/m);
  });

  test("start existing roles and commands, listen on the image's port, and drain before they are killed", () => {
    for (const { kind, labels, selector, pod } of pods) {
      for (const container of pod.containers) {
        assert.ok(['serve', 'migrate'].includes(container.args[0]!));
        const { ROLE } = environmentOf(container);
        assert.equal(ROLE, kind === 'Deployment' ? labels.part : undefined);
        for (const { containerPort } of container.ports ?? []) {
          assert.equal(String(containerPort), imagePort);
        }
        const volumes = new Set(pod.volumes.map(({ name }) => name));
        for (const { name } of container.volumeMounts) assert.ok(volumes.has(name), name);
      }
      if (kind !== 'Deployment') continue;
      assert.deepEqual(selector, labels);
      // Five seconds of pause and ten to drain.
      assert.ok(pod.terminationGracePeriodSeconds! > 15);
    }
  });

  test('keep a server of each kind while nodes are drained', () => {
    const budgets = listKind('PodDisruptionBudget').map(({ spec }) => spec!);
    for (const { labels } of pods.filter(({ kind }) => kind === 'Deployment')) {
      const budget = budgets.find(({ selector }) => selector!.matchLabels.part === labels.part);
      assert.equal(budget?.minAvailable, 1, labels.part);
    }
  });
});

test('reach the pods by TLS only: probes, the ingress and Prometheus', async () => {
  const [service] = listKind('Service');
  assert.deepEqual((service!.spec as unknown as { ports: unknown }).ports, [
    { name: 'https', port: 443, targetPort: 'https' },
  ]);
  for (const file of ['api.yaml', 'worker.yaml']) {
    const text = await readText(`deploy/kubernetes/${file}`);
    const probes = text.match(/httpGet: .*/g)!;
    assert.ok(probes.length >= 2);
    for (const probe of probes) assert.match(probe, /port: https, scheme: HTTPS \}$/);
    assert.match(text, /prometheus\.io\/scheme: https\n/);
  }
  const [ingress] = listKind('Ingress');
  const annotations = ingress!.metadata.annotations!;
  const [certificate] = listKind('Certificate');
  const { dnsNames, secretName } = certificate!.spec as unknown as Record<string, unknown>;
  const settings = Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [name.split('/')[1], value]),
  );
  assert.equal(settings['backend-protocol'], 'HTTPS');
  assert.equal(settings['proxy-ssl-verify'], 'on');
  assert.deepEqual([settings['proxy-ssl-name']], dnsNames);
  assert.ok(secrets.has(String(secretName)));
});

describe('the network policies', () => {
  const policies = listKind('NetworkPolicy').map(({ metadata, spec }) => ({
    name: metadata.name,
    ...spec!,
  }));
  const matches = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels) =>
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key]!));
  const policiesOf = (part: string) =>
    policies.filter(({ podSelector }) => matches(podSelector, { app: 'holdfast', part }));
  const portsOut = (part: string) =>
    policiesOf(part)
      .flatMap(({ egress = [] }) => egress.flatMap(({ ports }) => ports))
      .map(({ port }) => port);
  const wayIn = (part: string) =>
    policiesOf(part).flatMap(({ ingress = [] }) =>
      ingress.flatMap(({ from, ports }) =>
        from.flatMap(({ namespaceSelector }) =>
          ports.map(
            ({ port }) =>
              `${namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name']}:${port}`,
          ),
        ),
      ),
    );

  test('allow nothing that is not named, in both directions', () => {
    const denied = policies.find(({ name }) => name === 'default-deny')!;
    assert.deepEqual(denied.podSelector, {});
    assert.deepEqual(denied.policyTypes, ['Ingress', 'Egress']);
    assert.deepEqual([denied.ingress, denied.egress], [undefined, undefined]);
    for (const { name, policyTypes, ingress, egress } of policies) {
      if (name === 'default-deny') continue;
      assert.deepEqual(policyTypes, [
        ...(ingress === undefined ? [] : ['Ingress']),
        ...(egress === undefined ? [] : ['Egress']),
      ]);
      // An empty list of peers or ports would mean all of them.
      for (const { from, ports } of ingress ?? []) assert.ok(from.length > 0 && ports.length > 0);
      for (const { to, ports } of egress ?? []) assert.ok(to.length > 0 && ports.length > 0);
    }
  });

  test('let only the ingress controller and Prometheus reach the servers', () => {
    assert.deepEqual(wayIn('api'), [`ingress-nginx:${imagePort}`, `monitoring:${imagePort}`]);
    assert.deepEqual(wayIn('worker'), [`monitoring:${imagePort}`]);
    assert.deepEqual(wayIn('migrate'), []);
  });

  test('let each pod reach what it needs, and nothing else', () => {
    const sorted = (part: string) => [...new Set(portsOut(part))].sort((one, other) => one - other);
    assert.deepEqual(sorted('api'), [53, 443, 5432, 6379]);
    assert.deepEqual(sorted('worker'), [53, 443, 465, 587, 5432, 6379]);
    assert.deepEqual(sorted('migrate'), [53, 5432]);
  });

  test('keep private networks and metadata of the cloud out of reach where the internet is allowed', () => {
    const open = policies
      .flatMap(({ egress = [] }) => egress.flatMap(({ to }) => to))
      .flatMap(({ ipBlock }) => (ipBlock?.cidr.endsWith('/0') ? [ipBlock] : []));
    assert.equal(open.length, 2);
    for (const { cidr, except = [] } of open) {
      assert.equal(cidr, '0.0.0.0/0');
      for (const network of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']) {
        assert.ok(except.includes(network), network);
      }
    }
  });
});
