/** A record, or an order of several, that is not imported, with the reason. */
export interface RefusedRow {
  /** The line of the file on which the record starts; the header is line 1. */
  readonly line: number;
  readonly reason: string;
}

export const SHOWN_MAX = 20;

/** A file that cannot be imported at all. The message states what to fix. */
export class FileError extends Error {
  override name = 'FileError';
}

/** The number of refused rows, with the first of them for display. */
export class RefusedRows {
  count = 0;
  #first: RefusedRow[] = [];

  /** The first rows by line, as many as are shown. */
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

  /** Returns a sentence for each row that is shown, and one for the others. */
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
