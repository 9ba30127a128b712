import { Argument, Command, Option } from 'commander';
import type { Role } from '../../shared/caller.ts';
import { version } from '../program.ts';
import type { ExitCode } from './exit-codes.ts';
import { addFileCommands } from './file-commands.ts';
import { type Ending, newDatabaseOption, wholeNumber } from './options.ts';

const roles: readonly Role[] = ['customer', 'kitchen', 'admin'];

const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 what was asked about is not so, or some rows were refused;
2 wrong arguments or configuration; 3 it could not be done now.`;

/** The whole command line, not yet run; `end` hears with which code a command ended. */
export function createProgram(end: (code: ExitCode) => void): Command {
  const program = new Command('holdfast')
    .description(
      'A self-hosted order backend. Configured by environment variables: see .env.example.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for help)')
    .addHelpText('after', EXIT_CODES_HELP);
  /** Loads a command only when it is run, passes its own arguments on, and its exit code back. */
  const ending: Ending =
    (load) =>
    async (...all) => {
      const command = await load();
      end(await command(...all));
    };

  program
    .command('serve')
    .description('serve the API until SIGTERM or Ctrl-C')
    .option(
      '--with-parent',
      'stop also when the process that started it is gone; "npm start" uses it',
    )
    .addHelpText('after', '\nExample:\n  PORT=8080 holdfast serve')
    .action(ending(async () => (await import('./commands/serve.ts')).serve));
  program
    .command('migrate')
    .description('bring the database to the newest schema')
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgresql://… holdfast migrate')
    .action(ending(async () => (await import('./commands/migrate.ts')).migrateCommand));
  program
    .command('check')
    .description('prove the invariants on the live data; exits 1 when one is broken')
    .option('--json', 'write the report as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast check && echo "nothing lost, nothing oversold"')
    .action(ending(async () => (await import('./commands/check.ts')).check));
  program
    .command('reconcile')
    .description('hold the payments against the provider and heal them; exits 1 when some differ')
    .option('--hours <n>', 'how far back to look', wholeNumber(1, 8_760), 72)
    .option('--json', 'write the report as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast reconcile --hours 24')
    .action(ending(async () => (await import('./commands/reconcile.ts')).reconcile));
  program
    .command('doctor')
    .description('look at everything that a start needs, and say what to do')
    .addHelpText('after', '\nExample:\n  NODE_ENV=production holdfast doctor')
    .action(ending(async () => (await import('./commands/doctor.ts')).doctor));

  program
    .command('openapi')
    .description('write the OpenAPI document of this version, without a database')
    .addHelpText('after', '\nExample:\n  holdfast openapi > openapi.json')
    .action(ending(async () => (await import('./commands/openapi.ts')).openapi));

  addDeadLetterCommands(program, ending);
  addUserCommands(program, ending);
  addFileCommands(program, ending);
  return program;
}

function addDeadLetterCommands(program: Command, ending: Ending): void {
  const deadLetters = program
    .command('dead-letters')
    .description('look at work that was given up, and try it again');
  deadLetters
    .command('list')
    .description('show the newest ones')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 100)
    .option('--json', 'write them as JSON')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast dead-letters list --limit 20')
    .action(
      ending(async () => (await import('./commands/dead-letters.ts')).listDeadLettersCommand),
    );
  deadLetters
    .command('redrive [ids...]')
    .description('give them all their tries again; exits 1 when an id is of none')
    .option('--all', 'every one of them')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast dead-letters redrive --all')
    .action(ending(async () => (await import('./commands/dead-letters.ts')).redriveCommand));
}

function addUserCommands(program: Command, ending: Ending): void {
  const user = program.command('user').description('make users and change what they may do');
  user
    .command('create <email>')
    .description('make a user; the password is shown once')
    .addOption(
      new Option('--role <role>', 'what the user may do').choices(roles).default('customer'),
    )
    .option('--name <name>', 'how the user is called')
    .option('--vip', 'serve this customer first')
    .option('--password-stdin', 'read the password from the first line of standard input')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user create owner@shop.example --role admin')
    .action(ending(async () => (await import('./commands/user.ts')).createUserCommand));
  user
    .command('role <email>')
    .addArgument(new Argument('<role>', 'what the user may do').choices(roles))
    .description('give a user another role')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user role kim@shop.example kitchen')
    .action(ending(async () => (await import('./commands/user.ts')).setRoleCommand));
  user
    .command('disable <email>')
    .description('end every session of a user and let nobody in as them')
    .addOption(newDatabaseOption())
    .addHelpText('after', '\nExample:\n  holdfast user disable kim@shop.example')
    .action(ending(async () => (await import('./commands/user.ts')).disableUserCommand));
}
