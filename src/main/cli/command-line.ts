import { Argument, Command, Option } from 'commander';
import type { Role } from '../../shared/caller.ts';
import { version } from '../program.ts';
import { addBackupCommands } from './backup-commands.ts';
import type { ExitCode } from './exit-codes.ts';
import { addFileCommands } from './file-commands.ts';
import {
  type ActionBuilder,
  endKeysOption,
  instant,
  keysToOption,
  newDatabaseOption,
  wholeNumber,
} from './options.ts';

const roles: readonly Role[] = ['customer', 'kitchen', 'admin'];

const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 the check failed, or some rows were refused;
2 wrong arguments or configuration; 3 not possible now.`;

const VERIFY_LOG_HELP = `
A date alone is its midnight in UTC. Without an anchor the log is found to be consistent in itself;
with one, nothing was cut off or sealed anew up to the newest seal of the file.
Exit codes: 0 whole; 1 altered; 2 could not be found out, whatever the reason.

Example:
  holdfast verify-log --anchor seals.jsonl`;

/** Builds the command line without running it. `end` receives the exit code of a command. */
export function createProgram(end: (code: ExitCode) => void): Command {
  const program = new Command('holdfast')
    .description(
      'A self-hosted order backend. Configured by environment variables: see .env.example.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for help)')
    .addHelpText('after', EXIT_CODES_HELP);
  /** Loads a command only when it runs, passes its arguments on, and passes its exit code to `end`. */
  const buildAction: ActionBuilder =
    (load) =>
    async (...all) => {
      const command = await load();
      end(await command(...all));
    };

  program
    .command('serve')
    .description('serve the API until SIGTERM or Ctrl-C')
    .option('--with-parent', 'also stop when the parent process has gone; used by "npm start"')
    .addHelpText('after', '\nExample:\n  PORT=8080 holdfast serve')
    .action(buildAction(async () => (await import('./commands/serve.ts')).serve));
  program
    .command('migrate')
    .description('migrate the database to the current schema')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgresql://… holdfast migrate')
    .action(buildAction(async () => (await import('./commands/migrate.ts')).migrateCommand));
  program
    .command('check')
    .description('check every invariant on the live data; exits with 1 if one is broken')
    .option('--json', 'print the report as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast check && echo "nothing lost, nothing oversold"')
    .action(buildAction(async () => (await import('./commands/check.ts')).check));
  program
    .command('verify-log')
    .description('verify by their seals that no row of the log and the audit was altered')
    .option('--from <date>', 'compare rows from this date or time on', instant)
    .option('--to <date>', 'compare rows before this date or time', instant)
    .option('--anchor <file>', 'seals that were kept elsewhere: JSON lines, or a saved API reply')
    .option('--json', 'print the report as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', VERIFY_LOG_HELP)
    .action(buildAction(async () => (await import('./commands/verify-log.ts')).verifyLogCommand));
  program
    .command('reconcile')
    .description(
      'compare payments with the provider and repair differences; exits with 1 if some remain',
    )
    .option('--hours <n>', 'how far back to look', wholeNumber(1, 8_760), 72)
    .option('--json', 'print the report as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast reconcile --hours 24')
    .action(buildAction(async () => (await import('./commands/reconcile.ts')).reconcile));
  program
    .command('doctor')
    .description('check everything that a start needs, and say what to do')
    .addHelpText('after', '\nExample:\n  NODE_ENV=production holdfast doctor')
    .action(buildAction(async () => (await import('./commands/doctor.ts')).doctor));

  program
    .command('openapi')
    .description('print the OpenAPI document of this version, without a database')
    .addHelpText('after', '\nExample:\n  holdfast openapi > openapi.json')
    .action(buildAction(async () => (await import('./commands/openapi.ts')).openapi));

  addDeadLetterCommands(program, buildAction);
  addUserCommands(program, buildAction);
  addEncryptionKeyCommands(program, buildAction);
  addBackupCommands(program, buildAction);
  addFileCommands(program, buildAction);
  return program;
}

function addDeadLetterCommands(program: Command, buildAction: ActionBuilder): void {
  const deadLetters = program
    .command('dead-letters')
    .description('list dead letters and redrive them');
  deadLetters
    .command('list')
    .description('list the newest dead letters')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 100)
    .option('--json', 'print them as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast dead-letters list --limit 20')
    .action(
      buildAction(async () => (await import('./commands/dead-letters.ts')).listDeadLettersCommand),
    );
  deadLetters
    .command('redrive [ids...]')
    .description('give dead letters all their attempts again; exits with 1 if an id is unknown')
    .option('--all', 'redrive all dead letters')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast dead-letters redrive --all')
    .action(buildAction(async () => (await import('./commands/dead-letters.ts')).redriveCommand));
}

function addEncryptionKeyCommands(program: Command, buildAction: ActionBuilder): void {
  program
    .command('encryption-key')
    .description('give up what is encrypted under a lost key')
    .command('forget <id>')
    .description(
      'give up what is encrypted under a key that ENCRYPTION_KEY lacks, so that servers start without it',
    )
    .option('--yes', 'do it; without this option, it only says what would be lost')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast encryption-key forget 4f0c6a1d92b7e3580a --yes')
    .action(
      buildAction(async () => (await import('./commands/encryption-key.ts')).forgetKeyCommand),
    );
}

function addUserCommands(program: Command, buildAction: ActionBuilder): void {
  const user = program.command('user').description('create users and change their access');
  user
    .command('create <email>')
    .description(
      'create a user; staff get a password for the first sign-in, customers choose one by mail',
    )
    .addOption(
      new Option('--role <role>', 'what the user may do').choices(roles).default('customer'),
    )
    .option('--name <name>', "the user's name")
    .option('--vip', 'serve this customer first')
    .option('--password-stdin', 'read the password from the first line of standard input')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user create owner@shop.example --role admin')
    .action(buildAction(async () => (await import('./commands/user.ts')).createUserCommand));
  user
    .command('role <email>')
    .addArgument(new Argument('<role>', 'what the user may do').choices(roles))
    .description("change a user's role and end all their sessions")
    .addOption(endKeysOption())
    .addOption(keysToOption())
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user role kim@shop.example kitchen')
    .action(buildAction(async () => (await import('./commands/user.ts')).setRoleCommand));
  user
    .command('disable <email>')
    .description('disable a user and end all their sessions')
    .addOption(endKeysOption())
    .addOption(keysToOption())
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user disable kim@shop.example')
    .action(buildAction(async () => (await import('./commands/user.ts')).disableUserCommand));
  user
    .command('reset-factors <email>')
    .description('remove all second factors of a user, such as the last admin, who has lost them')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user reset-factors owner@shop.example')
    .action(buildAction(async () => (await import('./commands/user.ts')).resetFactorsCommand));
  user
    .command('enable <email>')
    .description('let a disabled user sign in again')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user enable kim@shop.example')
    .action(buildAction(async () => (await import('./commands/user.ts')).enableUserCommand));
}
