import { fileURLToPath } from 'node:url';
import { readTimes } from './support/runner/times.ts';

/**
 * `npm run test:times [-- COUNT]`: prints the test files that took the most processor time in their last run, 60 by
 * default, with the time that passed. PostgreSQL's own processor time is not in it.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const count = Number(process.argv[2] ?? 60);

const seconds = (ms: number) => (ms / 1_000).toFixed(1).padStart(9);
const files = Object.entries(readTimes(root)).map(([file, times]) => ({ file, ...times }));
const sum = (name: 'processorMs' | 'durationMs') =>
  files.reduce((total, one) => total + (one[name] ?? 0), 0);
const lines = files
  .toSorted((one, other) => (other.processorMs ?? 0) - (one.processorMs ?? 0))
  .slice(0, count)
  .map(({ file, processorMs, durationMs }) => {
    return `${processorMs === undefined ? '        –' : seconds(processorMs)} ${seconds(durationMs)}  ${file}\n`;
  });
process.stdout.write(
  `processor   elapsed  (seconds)\n${lines.join('')}` +
    `${seconds(sum('processorMs'))} ${seconds(sum('durationMs'))}  ${files.length} files\n`,
);
