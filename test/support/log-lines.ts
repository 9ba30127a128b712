import { type Logger, pino } from 'pino';
import { checkLine } from './runner/leaks.ts';

/** One line of a server's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/**
 * Creates a logger for a server of a test. Each line at any level is checked for secrets; `onLine` receives it. The
 * product's own logger masks some of them, so this one does not.
 */
export function createTestLogger(onLine: (line: LogLine) => void = () => {}): Logger {
  const write = (text: string) => {
    for (const line of text.trimEnd().split('\n')) {
      checkLine(line);
      onLine(JSON.parse(line) as LogLine);
    }
  };
  return pino({ level: 'trace', base: null }, { write });
}

/** Creates a logger that keeps its lines. */
export function collectLines(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { logger: createTestLogger((line) => lines.push(line)), lines };
}

/** Creates a function that checks the log lines in the output of a program, which arrives in any parts. */
export function createOutputCheck(): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    // What programs print for people may contain addresses.
    for (const line of lines) if (line.startsWith('{"level":')) checkLine(line);
  };
}
