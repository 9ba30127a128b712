import { createDatabase } from '../../src/database/database.ts';
import { createSealKeys, verifyLog } from '../../src/seals/index.ts';

/** What the verification of a log cost the process that verified it. */
export interface VerificationCost {
  readonly whole: boolean;
  readonly rows: number;
  readonly seconds: number;
  readonly processorMicros: number;
  readonly peakMb: number;
}

/** Verifies in a process of its own, whose memory is that of a verification: `node verify-process.ts <database url> <key>`. */
const [url = '', key = ''] = process.argv.slice(2);
const database = createDatabase({ url, poolMax: 2, constraints: {} });
const startedAt = performance.now();
const { whole, rows } = await verifyLog(database, { keys: createSealKeys([key]) });
const seconds = (performance.now() - startedAt) / 1_000;
await database.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.send?.({
  whole,
  rows: rows.events + rows.audit,
  seconds,
  processorMicros: userCPUTime + systemCPUTime,
  peakMb: Math.round(maxRSS / 1_024),
} satisfies VerificationCost);
process.disconnect?.();
