import { describeTallies } from '../../src/main/compose/describe-api.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { createMetrics } from '../../src/modules/operations/metrics.ts';
import { code, type Page, page, table } from './markdown.ts';

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

/** Builds the page of the server's own metrics. One sample of each kind is observed, so that the labels appear. */
export async function metricsPage(): Promise<Page> {
  const metrics = createMetrics();
  metrics.observeHttp({ operationId: 'x', method: 'GET', status: 200, durationSeconds: 0 });
  metrics.observeQuery('x', 0);
  metrics.observeJob({ job: 'x', settled: 'done', durationSeconds: 0 });
  // The defaults, as for the API. The tallies are the same with every configuration.
  for (const tally of await describeTallies(readConfig({}))) metrics.watchTally(tally);
  metrics.watchInvariants(async () => new Map([['x', 0]]));
  metrics.watchQueues(async () => [{ name: 'x', waiting: 0, delayed: 0, active: 0, failed: 0 }]);
  metrics.watchConnections(() => ({ total: 0, idle: 0, waiting: 0 }));
  metrics.watchHosts(() => ({ primary: null, reason: null, hosts: [] }));
  metrics.watchRelay(async () => 0);
  metrics.watchCertificate(() => new Date(0));
  metrics.watchSealing({ lagSeconds: async () => 0, areSealsMissing: async () => false });
  const own = readMetrics(await metrics.render()).filter(
    ({ name }) => !/^(process|nodejs)_/.test(name),
  );
  return page(
    'metrics.md',
    'Metrics',
    `\`GET /metrics\`, in the text format of Prometheus: for this machine, and for callers who send the \`METRICS_TOKEN\` as bearer
token. In addition there are \`process_…\` and \`nodejs_…\` of the runtime. [Watch it](../guides/operate.md#watch-it) states
what to monitor; a dashboard and alert rules are in [deploy/](../../deploy).`,
    table(
      ['metric', 'type', 'labels', 'meaning'],
      own.map(({ name, type, labels, help }) => [
        code(name),
        type,
        [...labels].map(code).join(', '),
        help,
      ]),
    ),
  );
}

function readMetrics(text: string): Metric[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n((?:[^#\n].*\n?)*)/gm)].map(
    ([, name = '', help = '', type = '', samples = '']) => ({
      name,
      type,
      help,
      labels: new Set(
        [...samples.matchAll(/(\w+)="/g)]
          .map(([, label]) => label!)
          .filter((label) => label !== 'le'),
      ),
    }),
  );
}
