import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** An operator's own files in the project folder go neither into git nor into the image. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const secrets = [
  '.env',
  '.env.local',
  '.env.production',
  '.envrc',
  'compose.env',
  'compose.env.bak',
  'compose.env.old',
  'holdfast.env',
  'compose.override.yaml',
  'secret.yaml',
  'holdfast-secrets.yml',
  'client_secret.json',
  'aws-credentials.json',
  'kubeconfig.yaml',
  '.npmrc',
  '.netrc',
  '.pgpass',
  'tls.key',
  'tls.crt',
  'fullchain.pem',
  'shop.p12',
  'id_ed25519',
  '.holdfast/postgres/PG_VERSION',
  '.holdfast-staging/jwt-secret',
  'data/jwt-secret',
  'data/factor-key',
  'data/encryption-key',
  'data/seal-key',
  'data/postgres-password',
  'data/sandbox-webhook-secret',
  'holdfast.dump',
  'holdfast.dump.gz',
  'shop.sql',
  'shop.sql.gz',
  'base.tar.gz',
  'backups/monday',
  'holdfast.log',
  'holdfast.log.1',
];
/** What deploy/make-secrets makes. */
const made = ['deploy/secrets/redis-url', 'deploy/secrets/tls/notes.txt'];
const folders = ['', 'deploy/', 'deploy/kubernetes/', 'deploy/nginx/', 'src/main/', 'web/shop/'];
const kept = [
  'src/main/config/secrets/weakness.ts',
  '.env.example',
  'deploy/compose.env.example',
  'deploy/kubernetes/secret.example.yaml',
  'schema.sql',
  'migrations/0001_accounts.sql',
  'bench/support/reference.sql',
  'src/main/start/own-secrets.ts',
  'package-lock.json',
];

const gitMissing = spawnSync('git', ['--version']).status === 0 ? false : 'git is not installed';

/** Returns the paths that git ignores, using a new repository, since this folder may have been unpacked without one. */
function ignoredByGit(paths: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-git-'));
  after(() => rmSync(folder, { recursive: true }));
  const git = (args: readonly string[], input = '') =>
    spawnSync('git', ['-c', 'core.excludesFile=/dev/null', ...args], { cwd: folder, input });
  git(['init', '-q']);
  copyFileSync(join(root, '.gitignore'), join(folder, '.gitignore'));
  const { stdout } = git(['check-ignore', '--no-index', '--stdin'], paths.join('\n'));
  return stdout.toString().split('\n').filter(Boolean);
}

/** Source: Docker, "Dockerfile reference", `.dockerignore`: Go's `filepath.Match`, `**`, and the last line that matches. */
function ignoredByDocker(path: string): boolean {
  let isIgnored = false;
  for (const line of read('.dockerignore').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const isKept = line.startsWith('!');
    const parts = (isKept ? line.slice(1) : line).split(/(\*\*\/|\*|\?)/);
    const meaning: Record<string, string> = { '**/': '(?:.*/)?', '*': '[^/]*', '?': '[^/]' };
    const source = parts.map((part) => meaning[part] ?? part.replaceAll('.', '\\.')).join('');
    // An ignored folder includes its contents.
    if (new RegExp(`^${source}(?:/|$)`).test(path)) isIgnored = !isKept;
  }
  return isIgnored;
}

test('git ignores secrets, data and dumps of a deployment in every folder, but not the examples', {
  skip: gitMissing,
}, () => {
  const paths = [...made, ...folders.flatMap((folder) => secrets.map((name) => folder + name))];
  assert.deepEqual(ignoredByGit([...paths, ...kept]), paths);
});

test('the build context of the image excludes the same files', () => {
  for (const folder of folders) {
    for (const name of secrets) assert.ok(ignoredByDocker(folder + name), folder + name);
  }
  for (const path of made) assert.ok(ignoredByDocker(path), path);
  for (const path of kept) assert.ok(!ignoredByDocker(path), path);
  for (const path of ['node_modules/x', 'clients/typescript/node_modules/x', '.git/config']) {
    assert.ok(ignoredByDocker(path), path);
  }
});

describe('the image', () => {
  const copied = [...read('deploy/docker/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, sources = '']) => sources.split(' '))
    .map((source) => source.replace(/\/$/, ''));
  const isCopied = (path: string) =>
    copied.some((source) => path === source || path.startsWith(`${source}/`));
  const isGenerated = (path: string) =>
    /(^|\/)(node_modules|dist)\/|\/(openapi\.json|schema\.ts)$/.test(path);
  const sources = copied
    .flatMap((source) => [
      source,
      ...globSync(`${source}/**/*.{ts,tsx,js,json,sql,html,css,svg}`, { cwd: root }),
    ])
    .filter((path) => !isGenerated(path));

  test('copies files and folders by name', () => {
    assert.ok(copied.length > 5);
    for (const source of copied) assert.doesNotMatch(source, /^\.*\/*$|[*?]/);
    for (const folder of ['test', 'bench', 'docs', 'deploy']) assert.ok(!isCopied(folder), folder);
  });

  test('contains every source of what it copies, and everything that these import', () => {
    assert.ok(sources.length > 300);
    for (const path of sources) {
      assert.ok(!ignoredByDocker(path), path);
      if (!/\.(ts|tsx|js)$/.test(path)) continue;
      for (const [, target = ''] of read(path).matchAll(/(?:from|import\() ?'(\.{1,2}\/[^']+)'/g)) {
        const imported = relative('.', join(dirname(path), target));
        assert.ok(isCopied(imported), `${path} imports ${imported}`);
      }
    }
  });
});
