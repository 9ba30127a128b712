import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readOutput } from './read-output.ts';

export interface ReferenceResult {
  readonly ordersPerSecond: number;
  /** How it was measured. */
  readonly by: 'pgbench' | 'own loop';
}

/** SKUs that orders are spread over. */
const SPREAD = 10_000;

/** Creates the reference tables in a separate database. */
export async function prepareReference(url: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(readFileSync(new URL('./reference.sql', import.meta.url), 'utf8')),
  );
}

/**
 * Measures reference P: one order per transaction in one function call, from many clients at once. Uses pgbench if it
 * is installed, otherwise a loop in this process, which is slower and named in the result.
 */
export async function measureReference(
  url: string,
  options: { readonly clients: number; readonly durationSeconds: number; readonly hot: boolean },
): Promise<ReferenceResult> {
  const installed = spawnSync('pgbench', ['--version']).status === 0;
  return installed ? byPgbench(url, options) : byOwnLoop(url, options);
}

async function byPgbench(
  url: string,
  { clients, durationSeconds, hot }: { clients: number; durationSeconds: number; hot: boolean },
): Promise<ReferenceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const script = join(folder, 'place.sql');
    const product = hot ? '1' : `random(1, ${SPREAD})`;
    writeFileSync(
      script,
      `\\set product ${product}\n\\set customer random(1, 1000)\nselect place_reference_order(gen_random_uuid(), :customer, :product, 1);\n`,
    );
    const flags = [
      '-n',
      '-M',
      'prepared',
      '-j',
      '2',
      '-c',
      `${clients}`,
      '-T',
      `${durationSeconds}`,
    ];
    const output = await readOutput('pgbench', [...flags, '-f', script, url]);
    const rate = /tps = ([\d.]+) \(without initial/.exec(output)?.[1];
    if (rate === undefined) throw new Error(`pgbench reported no rate: ${output}`);
    return { ordersPerSecond: Number(rate), by: 'pgbench' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function byOwnLoop(
  url: string,
  { clients, durationSeconds, hot }: { clients: number; durationSeconds: number; hot: boolean },
): Promise<ReferenceResult> {
  const endsAt = performance.now() + durationSeconds * 1000;
  let placed = 0;
  const loops = Array.from({ length: clients }, () =>
    withClient(url, async (client) => {
      while (performance.now() < endsAt) {
        const product = hot ? 1 : 1 + Math.floor(Math.random() * SPREAD);
        await client.query({
          name: 'place',
          text: 'select place_reference_order(gen_random_uuid(), 1, $1::int, 1)',
          values: [product],
        });
        placed += 1;
      }
    }),
  );
  await Promise.all(loops);
  return { ordersPerSecond: placed / durationSeconds, by: 'own loop' };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
