import { createProgress, print, printError } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { SHOWN_MAX } from '../import/file-error.ts';
import { formatOrderSums } from '../import/format-order-sums.ts';
import { type ImportReport, importOrdersFile } from '../import/import-orders-file.ts';
import { type OrdersFileArguments, readOrdersFileArguments } from './orders-file-arguments.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

/** Imports orders from another system into the history. */
export function importOrdersCommand(
  path: string,
  options: OrdersFileArguments & NewDatabaseOption,
): Promise<ExitCode> {
  return withDatabase(
    { migrated: true, secrets: true, new: options.new },
    async ({ config, database, catalog }) => {
      const { currency } = config;
      const progress = createProgress('Orders');
      const report = await importOrdersFile(
        { database, catalog, currency, onProgress: progress.update },
        readOrdersFileArguments(path, options, config),
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
  const verdict = report.reconciles
    ? 'The database contains exactly these orders, lines, units and amounts.'
    : 'The database differs from the file: run "holdfast check" and look at the orders.';
  return [
    `${report.rows} rows read, ${report.refused.count} refused; ${report.productsCreated} products created.`,
    '',
    formatOrderSums(
      [
        ['in the file', report.file],
        ['imported now', report.imported],
        ['already there', report.existing],
        ['in the database', report.database],
      ],
      currency,
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
      `order ${number}: the database has another order with this number; it was left unchanged`,
    );
  }
  const more = numbers.length - SHOWN_MAX;
  if (more > 0) printError(`and ${more} more conflicts`);
}
