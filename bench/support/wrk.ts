import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadRequest, LoadResult } from './load-job.ts';
import { readOutput } from './read-output.ts';

interface Summary {
  readonly durationSeconds: number;
  readonly requests: number;
  readonly refused: number;
  readonly broken: number;
  readonly p50: number;
  readonly p99: number;
}

/** Source: https://github.com/wg/wrk/blob/master/SCRIPTING */
export async function runWrk(job: LoadJob): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const file = join(folder, 'requests');
    writeFileSync(file, job.requests.map((request) => framed(request, job.url)).join(''));
    const output = await readOutput(
      'wrk',
      [
        '--threads=1',
        `--connections=${job.connections}`,
        `--duration=${job.durationSeconds}s`,
        '--timeout=20s',
        `--script=${fileURLToPath(new URL('./wrk.lua', import.meta.url))}`,
        job.url,
      ],
      { HOLDFAST_REQUESTS: file },
    );
    const result = /^RESULT (.*)$/m.exec(output)?.[1];
    if (result === undefined) throw new Error(`wrk reported no result: ${output}`);
    const summary = JSON.parse(result) as Summary;
    return {
      by: 'wrk',
      durationSeconds: summary.durationSeconds,
      succeeded: summary.requests - summary.refused,
      failed: summary.refused + summary.broken,
      latencyMs: { p50: round(summary.p50), p99: round(summary.p99) },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function framed({ method, path, headers, body = '' }: LoadRequest, url: string): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(url).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
  return `${Buffer.byteLength(text)}\n${text}`;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
