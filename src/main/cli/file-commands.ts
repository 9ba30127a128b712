import { type Command, Option } from 'commander';
import { type ActionBuilder, newDatabaseOption, wholeNumber } from './options.ts';

/** Adds the commands that read files of products and orders. */
export function addFileCommands(program: Command, buildAction: ActionBuilder): void {
  const imports = program
    .command('import')
    .description('import products and orders from CSV files');
  imports
    .command('products <file>')
    .description('create or update the products in a CSV file')
    .addOption(
      mapOption('fields: name, price, sku, stock, description, category, tax_category, position'),
    )
    .addOption(newDatabaseOption())
    .addHelpText(
      'after',
      '\nExample:\n  holdfast import products menu.csv --map "name=Item Name,price=Product Price"',
    )
    .action(
      buildAction(
        async () => (await import('./commands/import-products.ts')).importProductsCommand,
      ),
    );
  addOrdersFileOptions(imports.command('orders <file>'))
    .description('import orders from another system into the history; safe to repeat')
    .addOption(newDatabaseOption())
    .addHelpText(
      'after',
      `
A row is one line of an order; a file ending in .gz is decompressed. The order number is the
identity: existing orders stay unchanged. A wrong row keeps its whole order out; a row whose
order is unknown keeps the whole file out. The amounts discount, delivery, tax and tip belong to
the order: rows of one order that state them agree. PRICES_INCLUDE_TAX says whether prices contain the
tax. When clocks go back, the first of the two hours
is used; a time in the hour that clocks skip is read as if they had not.

Example:
  holdfast import orders orders.csv.gz \\
    --map number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice \\
    --date-format "dd/MM/yyyy HH:mm" --time-zone Europe/London`,
    )
    .action(
      buildAction(async () => (await import('./commands/import-orders.ts')).importOrdersCommand),
    );
  addOrdersFileOptions(program.command('replay <file>'))
    .description(
      'send the orders in a file to a server, as customers would, and check each response',
    )
    .requiredOption('--url <url>', 'the server, such as http://127.0.0.1:3000')
    .option('--admin <email>', 'an admin of the server (default: ADMIN_EMAIL and ADMIN_PASSWORD)')
    .option('--password-stdin', 'read the admin’s password from the first line of standard input')
    .option('--concurrency <n>', 'concurrent orders', wholeNumber(1, 1_000), 16)
    .option('--speed <n>', '0: as fast as possible; N: N times real time', wholeNumber(0, 1e9), 0)
    .option('--customers <n>', 'customers to sign up', wholeNumber(1, 10_000), 50)
    .option('--prepare', 'create missing products, and the stock that the orders need')
    .option('--tax <percent>', 'the tax that prices include, in each order', '0')
    .option('--complete', 'move each order to COMPLETED, as the kitchen would')
    .addHelpText(
      'after',
      `
Only the lines of orders are sent. With --tax, the tax of each order is compared, too: the server has
one active rate of this percentage, and PRICES_INCLUDE_TAX=true.
The server's limits must allow it: PENDING_ORDERS_MAX=0 HELD_UNITS_MAX=0 or --complete, and
RATE_LIMIT_GLOBAL=0 RATE_LIMIT_CHECKOUT=0.

Example:
  holdfast replay orders.csv.gz --url http://127.0.0.1:3000 --admin admin@shop.example \\
    --prepare --concurrency 32 --map number=OrderNumber,date=OrderDate,…`,
    )
    .action(buildAction(async () => (await import('./commands/replay.ts')).replayCommand));
}

function addOrdersFileOptions(command: Command): Command {
  return command
    .addOption(
      mapOption(
        'fields: number, date, name, quantity, price, sku, email, discount, delivery, tax, tip',
      ),
    )
    .option(
      '--date-format <format>',
      'built from yyyy, MM, dd, HH, mm, ss; or "iso" for dates with their own offset',
      'iso',
    )
    .option('--time-zone <zone>', 'time zone of the dates (IANA)', 'UTC');
}

function mapOption(fields: string): Option {
  return new Option('--map <field=column,…>', `which column is which field; ${fields}`)
    .argParser((text: string, all: string[]) => [...all, text])
    .default([], 'columns named like the fields');
}
