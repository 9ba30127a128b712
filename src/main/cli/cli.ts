import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Role } from '../../shared/caller.ts';
import { version } from '../program.ts';
import { complain } from '../terminal.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

const roles: readonly Role[] = ['customer', 'kitchen', 'admin'];

const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 what was asked about is not so, or some rows were refused;
2 wrong arguments or configuration; 3 it could not be done now.`;

/** Runs the command line and says with which code to end. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already written what it had to say.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    // It knows the errors of every command, and loads most of the product with them.
    const { explainError } = await import('./explain-error.ts');
    const { text, exitCode } = explainError(error);
    complain(text);
    return exitCode;
  }
}

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

type Ending = <Arguments extends unknown[]>(
  load: () => Promise<(...all: Arguments) => Promise<ExitCode>>,
) => (...all: Arguments) => Promise<void>;

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

function addFileCommands(program: Command, ending: Ending): void {
  const imports = program.command('import').description('read products and orders from CSV files');
  imports
    .command('products <file>')
    .description('make the products of a CSV file, or change those that are there')
    .addOption(mapOption('fields: name, price, sku, stock, description'))
    .addOption(newDatabaseOption())
    .addHelpText(
      'after',
      '\nExample:\n  holdfast import products menu.csv --map "name=Item Name,price=Product Price"',
    )
    .action(
      ending(async () => (await import('./commands/import-products.ts')).importProductsCommand),
    );
  addOrdersFileOptions(imports.command('orders <file>'))
    .description('read orders that were taken elsewhere into the history; run it again at will')
    .addOption(newDatabaseOption())
    .addHelpText(
      'after',
      `
A row is one line of an order; a name that ends in .gz is unpacked. The order number is the
identity: what is there already is left as it is. A wrong row keeps its whole order out; one
that does not tell its order keeps out the file. Where clocks go back, the first of the two
hours is taken; a time in the hour that clocks skip is read as if they had not.

Example:
  holdfast import orders orders.csv.gz \\
    --map number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice \\
    --date-format "dd/MM/yyyy HH:mm" --time-zone Europe/London`,
    )
    .action(ending(async () => (await import('./commands/import-orders.ts')).importOrdersCommand));
  addOrdersFileOptions(program.command('replay <file>'))
    .description('send the orders of a file to a server, as customers would, and check each answer')
    .requiredOption('--url <url>', 'the server, such as http://127.0.0.1:3000')
    .option('--admin <email>', 'an admin of it (default: ADMIN_EMAIL and ADMIN_PASSWORD)')
    .option('--password-stdin', 'read the admin’s password from the first line of standard input')
    .option('--concurrency <n>', 'orders under way at once', wholeNumber(1, 1_000), 16)
    .option('--speed <n>', '0: as fast as it goes; N: N times real time', wholeNumber(0, 1e9), 0)
    .option('--customers <n>', 'customers to sign up', wholeNumber(1, 10_000), 50)
    .option('--prepare', 'make missing products, and the stock that the orders take')
    .option('--complete', 'move each order on to COMPLETED, as the kitchen would')
    .addHelpText(
      'after',
      `
The server needs room for it: PENDING_ORDERS_MAX=0 or --complete, and RATE_LIMIT_GLOBAL=0 RATE_LIMIT_CHECKOUT=0.

Example:
  holdfast replay orders.csv.gz --url http://127.0.0.1:3000 --admin admin@shop.example \\
    --prepare --concurrency 32 --map number=OrderNumber,date=OrderDate,…`,
    )
    .action(ending(async () => (await import('./commands/replay.ts')).replayCommand));
}

function addOrdersFileOptions(command: Command): Command {
  return command
    .addOption(mapOption('fields: number, date, name, quantity, price, sku, email'))
    .option(
      '--date-format <format>',
      'of yyyy, MM, dd, HH, mm, ss; or "iso" for dates with their own offset',
      'iso',
    )
    .option('--time-zone <zone>', 'of the dates (IANA)', 'UTC');
}

/** A command that is run in the wrong place would else leave an empty database there, and say that all is well. */
function newDatabaseOption(): Option {
  return new Option('--new', 'make a new embedded database when there is none');
}

function mapOption(fields: string): Option {
  return new Option('--map <field=column,…>', `which column is which field; ${fields}`)
    .argParser((text: string, all: string[]) => [...all, text])
    .default([], 'columns of the fields’ own names');
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
