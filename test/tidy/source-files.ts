import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the project's root, such as `src/shared/money.ts`. */
  readonly path: string;
  readonly text: string;
}

export function sourceFiles(...patterns: readonly string[]): readonly SourceFile[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const IMPORT = /(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g;
const TYPE_IMPORT = /^(?:import|export) type [^;]*?from '([^']+)'/gm;

export interface Import {
  readonly from: string;
  /** A path in the project, or the name of a package. */
  readonly to: string;
  /** Types are gone when the program runs. */
  readonly typeOnly: boolean;
}

export function importsOf(file: SourceFile): readonly Import[] {
  const code = withoutComments(file.text);
  const types = new Set([...code.matchAll(TYPE_IMPORT)].map(([, to]) => to));
  return [...code.matchAll(IMPORT)].map(([, to = '']) => ({
    from: file.path,
    to: to.startsWith('.') ? normalize(join(dirname(file.path), to)) : to,
    typeOnly: types.has(to),
  }));
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
