import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Intent } from './history.ts';
import type { Sample } from './measure.ts';
import type { Counts } from './tally.ts';

/** A stretch that was checked. */
export interface Stretch {
  readonly number: number;
  readonly seed: number;
  /** When it began, as an ISO time. */
  readonly startedAt: string;
  /** Under load, without the wait for the rest of the work and the check. */
  readonly loadSeconds: number;
  readonly checkSeconds: number;
  readonly operations: Readonly<Record<string, Counts>>;
  readonly total: Counts;
  /** Faults by name, kills and others. */
  readonly faults: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly mails: number;
  readonly deliveries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first and the last measurement. */
  readonly first: Sample;
  readonly last: Sample;
  /** One sentence for each error. */
  readonly found: readonly string[];
}

/** What a run is, and how far it has come. */
export interface RunState {
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  readonly stretchOperations: number;
  /** Of the receiver of webhooks. */
  endpoint: { readonly id: string; readonly secret: string } | null;
  readonly stretches: Stretch[];
}

/** The files of a run: what is recorded is whole, whenever the run is killed. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns null if no run has begun in this folder. */
  read(): RunState | null {
    const file = join(this.path, 'state.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunState) : null;
  }

  write(state: RunState): void {
    // Under root the database runs as another account, which must be able to traverse this directory.
    mkdirSync(this.path, { recursive: true, mode: 0o711 });
    this.#replace('state.json', JSON.stringify(state, null, 1));
  }

  /** Writes what was seen of a stretch. Call it before the state names the stretch. */
  writeStretch(number: number, history: readonly Intent[], samples: readonly Sample[]): void {
    mkdirSync(join(this.path, 'stretches'), { recursive: true });
    const name = join('stretches', String(number).padStart(5, '0'));
    const lines = history.map((intent) => `${JSON.stringify(intent)}\n`);
    this.#replace(`${name}.jsonl.gz`, gzipSync(lines.join('')));
    this.#replace(`${name}.csv`, toCsv(samples));
  }

  /** Joins the measurements of all recorded stretches, and writes the summary. */
  writeSummary({ stretches }: RunState, summary: string): void {
    const parts = stretches.map(({ number }) =>
      readFileSync(join(this.path, 'stretches', `${String(number).padStart(5, '0')}.csv`), 'utf8'),
    );
    const [head = ''] = (parts[0] ?? '').split('\n');
    const rows = parts.map((part) => part.slice(part.indexOf('\n') + 1));
    this.#replace('measurements.csv', `${head}\n${rows.join('')}`);
    this.#replace('summary.md', summary);
  }

  #replace(name: string, content: string | Buffer): void {
    const file = join(this.path, name);
    writeFileSync(`${file}.new`, content, { flush: true });
    renameSync(`${file}.new`, file);
  }
}

function toCsv(samples: readonly Sample[]): string {
  const names = Object.keys(samples[0] ?? {});
  const rows = samples.map((sample) => Object.values(sample).join(','));
  return [names.join(','), ...rows, ''].join('\n');
}
