import type { OrderSumsRow } from '../../../modules/orders/index.ts';
import { formatDecimal } from '../../../shared/money.ts';
import { createProgress, formatTable, print, printError } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { SHOWN_MAX } from '../import/file-error.ts';
import { type ImportReport, importOrdersFile } from '../import/import-orders-file.ts';
import { type OrdersFileArguments, readOrdersFileArguments } from './orders-file-arguments.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

/** Reads orders that were taken elsewhere into the history. */
export function importOrdersCommand(
  path: string,
  options: OrdersFileArguments & NewDatabaseOption,
): Promise<ExitCode> {
  return withDatabase(
    { migrated: true, new: options.new },
    async ({ config, database, catalog }) => {
      const { currency } = config;
      const progress = createProgress('Orders');
      const report = await importOrdersFile(
        { database, catalog, currency, onProgress: progress.update },
        readOrdersFileArguments(path, options, currency),
      );
      progress.end();
      for (const sentence of report.refused.sentences()) printError(sentence);
      reportConflicts(report.conflicts);
      print(renderReport(report, currency));
      const isWhole = report.refused.count === 0 && report.conflicts.length === 0;
      return isWhole && report.reconciles ? exitCodes.ok : exitCodes.no;
    },
  );
}

function renderReport(report: ImportReport, currency: string): string {
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
    `${report.rows} rows read, ${report.refused.count} refused; ${report.productsCreated} products made.`,
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

function reportConflicts(numbers: readonly string[]): void {
  for (const number of numbers.slice(0, SHOWN_MAX)) {
    printError(
      `order ${number}: the database has another order of this number; it was left as it is`,
    );
  }
  const more = numbers.length - SHOWN_MAX;
  if (more > 0) printError(`and ${more} more conflicts`);
}
