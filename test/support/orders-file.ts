import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { FileError } from '../../src/main/cli/import/file-error.ts';
import { createDateReader } from '../../src/main/cli/import/local-time.ts';
import { readOrdersFile } from '../../src/main/cli/import/read-orders.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const readDate = createDateReader('iso', 'UTC');
export const header = 'number,date,name,quantity,price';
export const at = '2026-01-03T12:30:00Z';
export const formatRow = (number: string, name = 'Soup', quantity = '1', price = '1.00') =>
  `${number},${at},${name},${quantity},${price}`;

let files = 0;

export async function writeOrdersFile(content: string | Buffer): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.csv`);
  await writeFile(path, content);
  return path;
}

/** Returns the accepted and refused orders, or the message of a `FileError`. */
export async function read(content: string | Buffer, rowsHeldMax = 100_000) {
  const orders: string[] = [];
  const refused: number[] = [];
  const reasons: string[] = [];
  try {
    const options = { map: {}, readDate, currency: 'GBP', rowsHeldMax };
    for await (const part of readOrdersFile(await writeOrdersFile(content), options)) {
      for (const { number, lines } of part.orders) {
        orders.push(`${number}: ${lines.map(({ name }) => name).join('+')}`);
      }
      for (const { line, reason } of part.refused) {
        refused.push(line);
        reasons.push(reason);
      }
    }
  } catch (error) {
    if (error instanceof FileError) return { orders, refused, reasons, message: error.message };
    throw error;
  }
  return { orders, refused, reasons, message: null };
}
