import type { Command } from 'commander';
import { type ActionBuilder, instant } from './options.ts';

/** Adds the commands that keep everything elsewhere and bring it back. */
export function addBackupCommands(program: Command, buildAction: ActionBuilder): void {
  program
    .command('backup <file>')
    .description('write everything that is kept into a new file, while orders are taken')
    .option('--with-secrets', 'with the secrets that were generated below DATA_DIR')
    .addHelpText(
      'after',
      `
The file contains personal data, and with --with-secrets all that is needed to read it: store it
encrypted. It is readable by its owner only, and has its name once it is whole.

Example:
  holdfast backup /backups/$(date +%F).holdfast`,
    )
    .action(buildAction(async () => (await import('./commands/backup.ts')).backupCommand));
  program
    .command('restore <file>')
    .description('restore a backup into an empty database, end all sessions and check the result')
    .option('--erasures <file>', 'what "holdfast erasures" printed last, to erase people again')
    .option('--without-keys', 'restore although keys are lost: what they encrypt stays unreadable')
    .addHelpText(
      'after',
      `
The database is that of DATABASE_URL, or an embedded one, whose DATA_DIR contains nothing but keys.

Exit codes: 0 restored and right; 1 the file or the database is refused, or the restored data breaks
a rule; 2 wrong arguments or configuration, or keys are missing; 3 not possible now, or interrupted.

Example:
  holdfast restore /backups/2030-01-31.holdfast --erasures /elsewhere/erasures.jsonl`,
    )
    .action(buildAction(async () => (await import('./commands/restore.ts')).restoreCommand));
  program
    .command('finish-restore')
    .description('after a restore by other means, end all sessions and erase people again')
    .requiredOption('--at <date>', 'the time to which the database was restored', instant)
    .option('--erasures <file>', 'what "holdfast erasures" printed last')
    .addHelpText(
      'after',
      `
For a database that came back by pg_restore, by a base backup and WAL, or as a copy of its folder.
"holdfast restore" does this by itself.

Example:
  holdfast finish-restore --at 2030-01-31T12:00:00Z --erasures /elsewhere/erasures.jsonl`,
    )
    .action(
      buildAction(async () => (await import('./commands/finish-restore.ts')).finishRestoreCommand),
    );
  program
    .command('erasures')
    .description('list who was erased and whose access changed, as JSON lines for a restore')
    .option('--since <date>', 'changes of access from this date or time on', instant)
    .addHelpText(
      'after',
      `
It contains ids and times only. Keep it elsewhere than the database, and newer than the newest backup.
Changes of access are those of a year, unless --since is given.

Example:
  holdfast erasures > erasures.jsonl`,
    )
    .action(buildAction(async () => (await import('./commands/erasures.ts')).erasuresCommand));
}
