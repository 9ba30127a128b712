import { recordAudit } from '../../../audit/index.ts';
import { countKeyUse, forgetKey, type KeyUse } from '../../../database/encryption/forget-key.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { encryptedTables } from '../../tables/encrypted-tables.ts';
import { print, printError } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

export interface ForgetKeyOptions extends NewDatabaseOption {
  readonly yes?: boolean;
}

/** Gives up what is encrypted under a key that is lost, because no server starts without it otherwise. */
export function forgetKeyCommand(
  keyId: string,
  { yes = false, ...option }: ForgetKeyOptions,
): Promise<ExitCode> {
  return withDatabase({ migrated: false, ...option }, async ({ database }) => {
    if (database.keyRing.ids.includes(keyId)) {
      throw new UsageError(`ENCRYPTION_KEY contains the key ${keyId}: nothing is lost.`);
    }
    const use = await countKeyUse(database, encryptedTables, keyId);
    if (use === null) {
      printError(`There is no key ${keyId}.`);
      return exitCodes.no;
    }
    if (!yes) {
      print(`Encrypted under the key ${keyId}: ${describeUse(use)}.`);
      printError(
        'Nothing was changed. With --yes this is lost for ever: what the log and the audit say about these people in words, now and later, and the secrets of these endpoints, which receive nothing until they are rotated.',
      );
      return exitCodes.no;
    }
    const lost = await database.transaction(async (tx) => {
      const counts = await forgetKey(tx, encryptedTables, keyId);
      await recordAudit(tx, operatorAuthor('encryption-key forget'), [
        {
          type: 'encryption_key.forgotten',
          subjectId: null,
          before: null,
          after: { keyId, lost: counts },
        },
      ]);
      return counts;
    });
    print(`The key ${keyId} is forgotten. Given up: ${describeUse(lost)}.`);
    return exitCodes.ok;
  });
}

function describeUse(use: KeyUse): string {
  return Object.entries(use)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
