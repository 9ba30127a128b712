import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** Relative to the project's root, such as `src/shared/money.ts`. */
  readonly path: string;
  readonly text: string;
}

export function sourceFiles(...patterns: readonly string[]): readonly SourceFile[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** `import … from '…'`, `export … from '…'` and `import '…'`, as the formatter writes them: from the start of a line. */
const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]+\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'\s*\)/g;

export interface Import {
  readonly from: string;
  /** A path in the project or the name of a package. */
  readonly to: string;
  /** True for `import type` and `export type`, which do not exist at runtime. */
  readonly typeOnly: boolean;
}

/** Returns one entry for each import. A path that is imported for its values and for its types has two. */
export function listImports(file: SourceFile): readonly Import[] {
  const code = withoutComments(file.text);
  const statics = [...code.matchAll(STATIC_IMPORT)].map(([, type, to = '']) => ({
    to,
    typeOnly: type !== undefined,
  }));
  const dynamics = [...code.matchAll(DYNAMIC_IMPORT)].map(([, to = '']) => ({
    to,
    typeOnly: false,
  }));
  return [...statics, ...dynamics].map(({ to, typeOnly }) => ({
    from: file.path,
    to: to.startsWith('.') ? normalize(join(dirname(file.path), to)) : to,
    typeOnly,
  }));
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
