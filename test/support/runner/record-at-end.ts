import { fileURLToPath } from 'node:url';
import { recordProcessorTime } from './processor-time.ts';

/** Loaded into every process of test files before they are: what is not yet recorded when it ends belongs to its last. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
process.on('exit', () => recordProcessorTime(root, process.argv[1]!));
