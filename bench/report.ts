import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './scenarios/scenario.ts';
import { describeTarget, isMet } from './scenarios/targets.ts';

/**
 * Formats the measurements as a Markdown table. Absolute figures drift; the ratio within one run is the figure to
 * quote.
 */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map((one) =>
    [
      one.scenario,
      one.what,
      rate(one.perSecond),
      `${latency(one.p50Ms)} / ${latency(one.p99Ms)}`,
      one.reference === null ? '' : `${rate(one.reference.perSecond)} ${one.reference.what}`,
      ratio(one),
      target(one),
      cost(one),
      String(one.failures),
    ].join(' | '),
  );
  return [
    '| scenario | what | per second | p50 / p99 ms | reference per second | ratio | target | CPU µs: server + database | failures |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Formats one measurement for progress output. */
export function formatLine(one: Measurement): string {
  const parts = [
    one.what,
    one.perSecond === null ? '' : `${rate(one.perSecond)} a second`,
    one.p50Ms === null ? '' : `${one.p50Ms} / ${one.p99Ms} ms`,
    one.reference === null ? '' : `${ratio(one)} of ${one.reference.what}`,
    target(one),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function ratio({ perSecond, reference }: Measurement): string {
  if (perSecond === null || reference === null) return '';
  return formatRatio(perSecond / reference.perSecond);
}

/** Small ratios, such as those of whole checkouts to P, need a third digit. */
function formatRatio(value: number): string {
  return value.toFixed(value < 0.1 ? 3 : 2);
}

function target({ target }: Measurement): string {
  if (target === null) return '';
  const values = target.map(({ value }) =>
    value.toLocaleString('en', { maximumSignificantDigits: 3 }),
  );
  return `${describeTarget(target)}: ${isMet(target) ? 'met' : '**missed**'}, ${values.join(', ')}`;
}

function cost({ cost }: Measurement): string {
  return cost === null ? '' : `${Math.round(cost.server)} + ${Math.round(cost.database)}`;
}

export function machineFacts(): string {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim()}, ${memoryGb} GB, Linux ${release()}, Node ${process.version}`;
}

/** Writes the run as JSON into a folder and returns the file's path. */
export async function writeResults(
  folder: string,
  measurements: readonly Measurement[],
  facts: Readonly<Record<string, unknown>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ at, ...facts, measurements }, null, 2)}\n`);
  return file;
}

function rate(perSecond: number | null): string {
  return perSecond === null ? '' : Math.round(perSecond).toLocaleString('en');
}

function latency(ms: number | null): string {
  return ms === null ? '–' : String(ms);
}
