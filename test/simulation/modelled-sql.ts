import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { findDefinedStatements, findDefiningFiles } from '../support/defined-statements.ts';
import { statements } from './statements/index.ts';

const file = new URL('statements/modelled-sql.json', import.meta.url);

/** Returns a digest of the SQL of each statement that the store of the simulation stands for, by name. */
export async function digestSql(): Promise<Record<string, string>> {
  const defined = await findDefinedStatements(await findDefiningFiles());
  const texts = new Map(
    defined.map(({ statement }) => [statement.statementName, statement.text] as const),
  );
  const digests: Record<string, string> = {};
  for (const name of Object.keys(statements).sort()) {
    const words = texts.get(name)?.split(/\s+/).join(' ') ?? 'there is no such statement';
    digests[name] = createHash('sha256').update(words).digest('hex').slice(0, 16);
  }
  return digests;
}

/** Returns the digests of the SQL that the store was last compared with. */
export async function readDigests(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** Notes that the store does what the SQL says now. */
export async function acceptSql(): Promise<void> {
  await writeFile(file, `${JSON.stringify(await digestSql(), null, 2)}\n`);
}
