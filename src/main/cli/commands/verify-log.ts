import { createSealKeys, verifyLog } from '../../../seals/index.ts';
import type { Config } from '../../config/config.ts';
import { fileArgument } from '../../config/read-config.ts';
import { findSealKeys } from '../../start/own-secrets.ts';
import { createProgress, print, printError } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { describeVerification } from '../verify-log/describe-verification.ts';
import { readAnchor } from '../verify-log/read-anchor.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

export interface VerifyLogOptions extends NewDatabaseOption {
  readonly from?: string;
  readonly to?: string;
  readonly anchor?: string;
  readonly json?: boolean;
}

/**
 * Verifies the log and the audit by their seals. Exits with 0 if they are whole, 1 if something was altered, and 2, whatever the reason,
 * if that could not be found out.
 */
export async function verifyLogCommand(options: VerifyLogOptions): Promise<ExitCode> {
  try {
    return await verify(options);
  } catch (error) {
    printError(explainError(error).text);
    return exitCodes.usage;
  }
}

function verify({
  from,
  to,
  anchor,
  json = false,
  ...option
}: VerifyLogOptions): Promise<ExitCode> {
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError('--from must be before --to.');
  }
  return withDatabase({ migrated: false, ...option }, async ({ config, database }) => {
    const keys = await requireKeys(config);
    const progress = createPhases();
    const verification = await verifyLog(database, {
      keys,
      from,
      to,
      anchor: anchor === undefined ? undefined : readAnchor(fileArgument(anchor)),
      onProgress: progress.update,
    }).finally(progress.end);
    const { publicKeys } = keys;
    print(
      json
        ? JSON.stringify({ ...verification, publicKeys }, null, 2)
        : describeVerification(verification, {
            publicKeys,
            sealSeconds: config.logSealSeconds,
            isPart: from !== undefined || to !== undefined,
          }),
    );
    return verification.whole ? exitCodes.ok : exitCodes.no;
  });
}

async function requireKeys(config: Config) {
  const texts = await findSealKeys(config);
  if (texts !== null) return createSealKeys(texts);
  throw new UsageError(
    'There is no key to verify seals with. Set SEAL_KEY to that of the workers, or run this where their DATA_DIR is.',
  );
}

/** Shows how far seals and then rows are, on a terminal only: what is scheduled prints its result alone. */
function createPhases() {
  let phase: {
    readonly what: string;
    readonly progress: ReturnType<typeof createProgress>;
  } | null = null;
  const end = () => {
    phase?.progress.end();
    phase = null;
  };
  return {
    update(what: 'seals' | 'rows', done: number, total: number) {
      if (!process.stderr.isTTY) return;
      if (phase?.what !== what) {
        end();
        phase = { what, progress: createProgress(what === 'seals' ? 'Seals' : 'Rows ') };
      }
      phase.progress.update(done, total);
    },
    end,
  };
}
