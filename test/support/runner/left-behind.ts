import { spawnSync } from 'node:child_process';

/**
 * Lists the files that Git does not track, including ignored ones; a folder of them is one entry. Returns null without
 * Git, as in an unpacked archive.
 */
export function listUnversioned(root: string): ReadonlySet<string> | null {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '-z', '--ignored'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) return null;
  const entries = stdout.split('\0').filter((entry) => /^(\?\?|!!) /.test(entry));
  return new Set(entries.map((entry) => entry.slice(3)));
}

/** Lists the untracked files that were not in `before`. */
export function listLeftBehind(root: string, before: ReadonlySet<string> | null): string[] {
  const now = listUnversioned(root);
  if (before === null || now === null) return [];
  return [...now].filter((path) => !before.has(path) && path !== 'node_modules/');
}
