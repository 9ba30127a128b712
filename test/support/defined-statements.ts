import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isStatement, type Statement } from '../../src/database/statement.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface DefiningFile {
  /** Relative to the project's root. */
  readonly file: string;
  readonly source: string;
}

export interface DefinedStatement {
  readonly file: string;
  readonly statement: Statement<unknown[], unknown>;
}

/** Returns the files that define statements; nearly all are a module's `queries.ts`. */
export async function findDefiningFiles(): Promise<readonly DefiningFile[]> {
  const files: DefiningFile[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    const source = await readFile(`${root}/${file}`, 'utf8');
    if (file !== 'src/database/statement.ts' && /\bstatement\s*[<(]/.test(source)) {
      files.push({ file, source });
    }
  }
  return files;
}

/** Returns every statement that one of the files exports, once. */
export async function findDefinedStatements(
  files: readonly DefiningFile[],
): Promise<readonly DefinedStatement[]> {
  const found = new Map<unknown, DefinedStatement>();
  for (const { file } of files) {
    const exported: object = await import(pathToFileURL(`${root}/${file}`).href);
    for (const statement of statementsIn({ ...exported })) {
      if (!found.has(statement)) found.set(statement, { file, statement });
    }
  }
  return [...found.values()];
}

/** Returns the statements in a file's exports, also inside lists and records. */
function statementsIn(value: unknown): Statement<unknown[], unknown>[] {
  if (isStatement(value)) return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(statementsIn);
}
