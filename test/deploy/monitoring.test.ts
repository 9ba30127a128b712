import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createAuthority, trustAuthority } from '../support/certificates.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

interface AlertRules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const read = (path: string) => readFile(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
const alerts = parse(await read('prometheus/alerts.yaml')) as AlertRules;
const dashboard = JSON.parse(await read('grafana/holdfast.json')) as Dashboard;
const rules = alerts.groups.flatMap((group) => group.rules);
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
];

const db = await testDatabase();
const authority = createAuthority();
trustAuthority(authority.ca);
const presented = authority.issue('IP:127.0.0.1');
const server = await startTestServer(db, {
  environment: { TLS_CERTIFICATE_FILE: presented.cert, TLS_KEY_FILE: presented.key },
});

/** Prometheus itself adds this metric for each target. */
const madeByPrometheus = new Set(['up']);

/** Returns the metrics in an expression: names before labels or a range, or alone, except functions and labels. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without) \([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-z_][a-z0-9_]*(?!\s*\(|[a-z0-9_])/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'or', 'unless', 'bool'].includes(name));
}

test('every metric used by the dashboard and the alerts is on /metrics', async () => {
  await server.anonymous.get('/health');
  const { text } = await server.anonymous.get('/metrics');
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  const known = new Set(madeByPrometheus);
  for (const [name, type] of types) {
    if (type !== 'histogram') known.add(name);
    else for (const end of ['bucket', 'sum', 'count']) known.add(`${name}_${end}`);
  }
  const asked = expressions.flatMap(metricsIn);
  assert.ok(asked.length >= expressions.length, `${asked.length} metrics were read`);
  const missing = [...new Set(asked)].filter((name) => !known.has(name));
  assert.deepEqual(missing, []);
});

test('every label used by the dashboard and the alerts exists on its metric', async () => {
  const labels = new Map([
    ['http_request_duration_seconds', ['method', 'route', 'status', 'le']],
    ['job_duration_seconds', ['job', 'outcome', 'le']],
    ['database_query_duration_seconds', ['statement', 'le']],
    ['database_hosts', ['state']],
    ['database_pool_connections', ['state']],
    ['http_responses_total', ['class']],
    ['order_reads_total', ['cache']],
    ['payment_webhooks_total', ['outcome']],
    ['security_events_total', ['event']],
    ['tls_handshake_failures_total', ['reason']],
    ['up', ['job']],
  ]);
  for (const expression of expressions) {
    for (const [, metric = '', inside = ''] of expression.matchAll(/([a-z_]+)\{([^}]*)\}/g)) {
      const allowed = labels.get(metric.replace(/_(bucket|sum|count)$/, ''));
      for (const [, label = ''] of inside.matchAll(/([a-z_]+)(?:=~|=|!=)"/g)) {
        assert.ok(allowed?.includes(label), `${label} of ${metric} in ${expression}`);
      }
    }
  }
});

test('every alert states its urgency, its meaning and what to do', () => {
  assert.ok(rules.length > 5);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations, ...rule } of rules) {
    assert.match(alert, /^Holdfast[A-Za-z]+$/);
    assert.ok(['page', 'ticket'].includes(labels.severity), alert);
    assert.ok(annotations.summary.length > 0 && annotations.description.length > 0, alert);
    if (rule.for !== undefined) assert.match(rule.for, /^\d+[smh]$/, alert);
  }
});

test('the panels of the dashboard have unique ids, and none has an empty query', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  assert.ok(expressions.every((expression) => expression.trim() !== ''));
});

test('Prometheus scrapes by verified TLS', async () => {
  const { scrape_configs: jobs } = parse(await read('prometheus/scrape.example.yaml')) as {
    scrape_configs: readonly {
      readonly scheme: string;
      readonly tls_config: Readonly<Record<string, unknown>>;
      readonly authorization: Readonly<Record<string, unknown>>;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }[];
  };
  const compose = await read('compose.yaml');
  assert.equal(jobs.length, 2);
  for (const { scheme, tls_config, authorization, static_configs } of jobs) {
    assert.equal(scheme, 'https');
    assert.deepEqual(Object.keys(tls_config).sort(), ['ca_file', 'min_version', 'server_name']);
    assert.ok(compose.includes(`/run/secrets/${String(tls_config.server_name)}.crt`));
    assert.deepEqual(Object.keys(authorization), ['credentials_file']);
    for (const target of static_configs.flatMap(({ targets }) => targets)) {
      const [service, port] = target.split(':');
      assert.match(compose, new RegExp(`^  ${service}:`, 'm'));
      assert.ok(compose.includes(`PORT: "${port}"`));
    }
  }
});
