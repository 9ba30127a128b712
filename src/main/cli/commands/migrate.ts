import { migrate } from '../../../database/migrate.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withDatabase } from './with-database.ts';

/** Migrates the database to the current schema. Servers do the same when they start. */
export function migrateCommand(): Promise<ExitCode> {
  return withDatabase({ migrated: false, new: true }, async ({ database }) => {
    const applied = await migrate(database);
    for (const { number, name } of applied) print(`Applied ${number} ${name}.`);
    if (applied.length === 0) print('Nothing to do: the database is up to date.');
    return exitCodes.ok;
  });
}
