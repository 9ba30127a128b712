import type { OrderSumsRow } from '../../modules/orders/index.ts';
import { formatDecimal } from '../../shared/money.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type ImportReport, importOrdersFile } from '../import/import-orders-file.ts';
import type { RefusedRow } from '../import/read-csv.ts';
import type { OrdersFile } from '../import/read-orders.ts';
import { complain, createProgress, formatTable, say } from '../terminal.ts';
import { type OrdersFileArguments, readOrdersArgument } from './orders-file-arguments.ts';
import { withDatabase } from './with-database.ts';

const SHOWN_MAX = 20;

/** Reads orders that were taken elsewhere into the history. */
export function importOrdersCommand(path: string, options: OrdersFileArguments): Promise<ExitCode> {
  return withDatabase({ migrated: true }, async ({ config, database, catalog }) => {
    const { currency } = config;
    const file = await readOrdersArgument(path, options, currency);
    const progress = createProgress('Orders', file.orders.length);
    const report = await importOrdersFile(
      { database, catalog, currency, onProgress: progress.update },
      file,
    );
    progress.end();
    complainOfRows(file.refused);
    complainOfConflicts(report.conflicts);
    say(renderReport(file, report, currency));
    const isWhole = file.refused.length === 0 && report.conflicts.length === 0;
    return isWhole && report.reconciles ? exitCodes.ok : exitCodes.no;
  });
}

function renderReport(file: OrdersFile, report: ImportReport, currency: string): string {
  const row = (name: string, sums: OrderSumsRow): (string | number)[] => [
    name,
    sums.orders,
    sums.lines,
    sums.units,
    `${formatDecimal(sums.totalMinor, currency)} ${currency}`,
  ];
  const verdict = report.reconciles
    ? 'The database holds exactly these orders, lines, units and money.'
    : 'The database does not hold what was read: run "holdfast check" and look at the orders.';
  return [
    `${file.rows} rows read, ${file.refused.length} refused; ${report.productsCreated} products made.`,
    '',
    formatTable(
      ['', 'orders', 'lines', 'units', 'money'],
      [
        row('in the file', report.file),
        row('imported now', report.imported),
        row('there before', report.existing),
        row('in the database', report.database),
      ],
    ),
    '',
    report.imported.orders === 0 ? 'Nothing was imported.' : null,
    verdict,
  ]
    .filter((line) => line !== null)
    .join('\n');
}

export function complainOfRows(refused: readonly RefusedRow[]): void {
  for (const { line, reason } of refused.slice(0, SHOWN_MAX)) complain(`line ${line}: ${reason}`);
  const more = refused.length - SHOWN_MAX;
  if (more > 0) complain(`and ${more} more rows were refused`);
}

function complainOfConflicts(numbers: readonly string[]): void {
  for (const number of numbers.slice(0, SHOWN_MAX)) {
    complain(
      `order ${number}: the database has another order of this number; it was left as it is`,
    );
  }
  const more = numbers.length - SHOWN_MAX;
  if (more > 0) complain(`and ${more} more conflicts`);
}
