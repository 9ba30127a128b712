import { spawnSync } from 'node:child_process';

/** Files that Git does not keep, ignored ones too: folders of them as one. Null without Git, as in an unpacked archive. */
export function listUnversioned(root: string): ReadonlySet<string> | null {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '-z', '--ignored'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) return null;
  const entries = stdout.split('\0').filter((entry) => /^(\?\?|!!) /.test(entry));
  return new Set(entries.map((entry) => entry.slice(3)));
}

/** What is there since `before`. */
export function listLeftBehind(root: string, before: ReadonlySet<string> | null): string[] {
  const now = listUnversioned(root);
  if (before === null || now === null) return [];
  return [...now].filter((path) => !before.has(path) && path !== 'node_modules/');
}
