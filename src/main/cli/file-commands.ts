import { type Command, Option } from 'commander';
import { type Ending, newDatabaseOption, wholeNumber } from './options.ts';

/** Adds the commands that read files of products and orders. */
export function addFileCommands(program: Command, ending: Ending): void {
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

function mapOption(fields: string): Option {
  return new Option('--map <field=column,…>', `which column is which field; ${fields}`)
    .argParser((text: string, all: string[]) => [...all, text])
    .default([], 'columns of the fields’ own names');
}
