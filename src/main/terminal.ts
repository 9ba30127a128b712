/** Prints a line to standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line to standard error, separate from output that a script may read. */
export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Lets a command go on when the reader of its output has ended, as `head` does after its lines: the rest of the output is
 * lost, the work is not.
 */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Formats rows under a header, in columns as wide as their widest cell. Numbers are right-aligned. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isNumeric = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export interface Progress {
  update(done: number, total: number): void;
  /** Leaves the last state visible. */
  end(): void;
}

const BAR_WIDTH = 30;
const LINES_MAX = 10;

/** Creates a progress bar on a terminal; elsewhere it prints about ten plain lines. */
export function createProgress(
  what: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  let lastTenth = 0;
  return {
    update(done, total) {
      const share = total === 0 ? 1 : done / total;
      if (stream.isTTY) {
        const filled = Math.round(share * BAR_WIDTH);
        const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
        stream.write(`\r${what} ${bar} ${done}/${total}`);
        return;
      }
      const tenth = Math.floor(share * LINES_MAX);
      if (tenth > lastTenth) stream.write(`${what}: ${done} of ${total}\n`);
      lastTenth = tenth;
    },
    end() {
      if (stream.isTTY) stream.write('\n');
    },
  };
}

/** Reads the first line of standard input, where a password does not appear in the process list. */
export async function readFirstLine(): Promise<string> {
  process.stdin.setEncoding('utf8');
  let text = '';
  for await (const part of process.stdin) {
    text += part;
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}
