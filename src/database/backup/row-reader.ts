import { BackupError, ROWS_END } from './format.ts';

/** Longer than any line that is not a row. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const ROWS_END_BYTES = Buffer.from(ROWS_END);
const ROWS_END_AFTER_ROW = Buffer.from(`\n${ROWS_END}`);

/** Reads the lines and the rows of a decompressed backup, one after the other. */
export interface RowReader {
  /** Returns the next line without its end; null at the end of the file. */
  readLine(): Promise<string | null>;
  /** Reads whole rows up to the line that ends them. */
  readRows(): AsyncGenerator<Buffer, void>;
}

/** Creates a reader of these chunks. Both throw BackupError if the file ends within a line or a table. */
export function createRowReader(chunks: AsyncIterator<Buffer>): RowReader {
  let rest: Buffer = Buffer.alloc(0);

  async function readMore(): Promise<boolean> {
    const { done = false, value } = await chunks.next();
    if (done) return false;
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return true;
  }

  function take(length: number): Buffer {
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    return taken;
  }

  return {
    async readLine() {
      for (;;) {
        const end = rest.indexOf(NEWLINE);
        if (end >= 0) return take(end + 1).toString('utf8', 0, end);
        if (rest.length > LINE_BYTES_MAX) throw new BackupError('A line of it is too long.');
        if (await readMore()) continue;
        if (rest.length === 0) return null;
        throw incomplete();
      }
    },
    async *readRows() {
      for (;;) {
        if (rest.subarray(0, ROWS_END_BYTES.length).equals(ROWS_END_BYTES)) {
          take(ROWS_END_BYTES.length);
          return;
        }
        const end = rest.indexOf(ROWS_END_AFTER_ROW);
        // Without the end, everything up to the last row that is whole.
        const length = (end >= 0 ? end : rest.lastIndexOf(NEWLINE, -ROWS_END_BYTES.length)) + 1;
        if (length > 0) yield take(length);
        else if (!(await readMore())) throw incomplete();
      }
    },
  };
}

function incomplete(): BackupError {
  return new BackupError('It is incomplete: it ends in the middle.');
}
