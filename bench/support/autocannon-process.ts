import autocannon from 'autocannon';
import type { LoadJob, LoadResult } from './load-job.ts';

process.once('message', (job: LoadJob) => {
  void run(job).then((result) => process.send?.(result));
});

async function run(job: LoadJob): Promise<LoadResult> {
  let connection = 0;
  const result = await autocannon({
    url: job.url,
    connections: job.connections,
    duration: job.durationSeconds,
    idReplacement: true,
    timeout: 20,
    ...(job.perSecond === undefined ? {} : { overallRate: job.perSecond }),
    setupClient(client) {
      const first = connection;
      connection += 1;
      const own = job.requests.filter((_, index) => index % job.connections === first);
      // With fewer requests than connections: the generator fails on a connection without any.
      const some = own.length > 0 ? own : job.requests;
      client.setRequests(some.map((request) => ({ ...request })));
    },
    // Replaced for each connection above; the generator requires some at the start.
    requests: job.requests.slice(0, 1).map((request) => ({ ...request })),
  });
  return {
    by: 'autocannon',
    durationSeconds: result.duration,
    succeeded: result['2xx'],
    failed: result.non2xx + result.errors + result.timeouts,
    latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
  };
}
