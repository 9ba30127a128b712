/** A record, or a whole order of them, that does not come in, and why. */
export interface RefusedRow {
  /** The line of the file on which the record begins; the header is line 1. */
  readonly line: number;
  readonly reason: string;
}

export const SHOWN_MAX = 20;

/** Nothing can be taken from a file as it is. The message says what to mend. */
export class FileError extends Error {
  override name = 'FileError';
}

/** Counts what is refused, and keeps the first lines of it to be shown. */
export class RefusedRows {
  count = 0;
  #first: RefusedRow[] = [];

  /** By line, as many as people read at once. */
  get first(): readonly RefusedRow[] {
    return this.#first;
  }

  add(rows: Iterable<RefusedRow>): void {
    const shown = [...this.#first];
    for (const row of rows) {
      this.count += 1;
      shown.push(row);
      if (shown.length >= 2 * SHOWN_MAX) shown.sort(compareLines).splice(SHOWN_MAX);
    }
    this.#first = shown.sort(compareLines).slice(0, SHOWN_MAX);
  }

  /** A sentence for each that is shown, and one for the others. */
  sentences(): string[] {
    const more = this.count - this.#first.length;
    return [
      ...this.#first.map(({ line, reason }) => `line ${line}: ${reason}`),
      ...(more > 0 ? [`and ${more} more rows were refused`] : []),
    ];
  }
}

function compareLines(a: RefusedRow, b: RefusedRow): number {
  return a.line - b.line;
}
