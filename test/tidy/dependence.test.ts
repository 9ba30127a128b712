import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Import, importsOf, sourceFiles, withoutComments } from './source-files.ts';

/** See ARCHITECTURE.md, "the one rule of dependence". */
const ranks: Readonly<Record<string, number>> = {
  shared: 0,
  database: 1,
  drivers: 2,
  events: 3,
  jobs: 3,
  http: 3,
  modules: 4,
  main: 5,
};
const modules = [
  'accounts',
  'catalog',
  'inventory',
  'orders',
  'carts',
  'payments',
  'notifications',
  'webhooks',
  'operations',
];

const files = sourceFiles('src/**/*.ts');
const imports = files.flatMap(importsOf).filter(({ to }) => to.startsWith('src/'));

const folderOf = (path: string) => path.split('/')[1] ?? '';
const moduleOf = (path: string) => (folderOf(path) === 'modules' ? path.split('/')[2] : undefined);
const said = ({ from, to }: Import) => `${from} imports ${to}`;

test('the imports are found', () => {
  assert.ok(files.length > 50 && imports.length > files.length, `${imports.length} imports`);
});

test('every folder and every module has its place in the order', () => {
  const strangers = files.filter(({ path }) => {
    const module = moduleOf(path);
    return !(folderOf(path) in ranks) || (module !== undefined && !modules.includes(module));
  });
  assert.deepEqual(
    strangers.map(({ path }) => path),
    [],
  );
});

test('a file imports from a lower rank or from its own folder', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [mine, other] = [folderOf(from), folderOf(to)];
    return mine !== other && (ranks[other] ?? 9) >= (ranks[mine] ?? 0);
  });
  assert.deepEqual(wrong.map(said), []);
});

test('a module sees only modules that stand before it, and only their doors', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [mine, other] = [moduleOf(from), moduleOf(to)];
    if (other === undefined || mine === other) return false;
    if (to !== `src/modules/${other}/index.ts`) return true;
    return mine !== undefined && modules.indexOf(other) >= modules.indexOf(mine);
  });
  assert.deepEqual(wrong.map(said), []);
});

test('a module sees ports, never a driver', () => {
  const wrong = imports.filter(({ from, to }) => {
    if (moduleOf(from) === undefined || folderOf(to) !== 'drivers') return false;
    // src/drivers/mail/mailer.ts is a port; what lies a folder deeper is a driver.
    return to.split('/').length > 4;
  });
  assert.deepEqual(wrong.map(said), []);
});

test('the pure ground imports nothing of ours', () => {
  const wrong = imports.filter(
    ({ from, to }) => folderOf(from) === 'shared' && folderOf(to) !== 'shared',
  );
  assert.deepEqual(wrong.map(said), []);
});

test('connections to PostgreSQL are made in one place, which gives each session our settings', () => {
  const makers = files.filter(({ text }) => /new (pg\.)?(Pool|Client)\(/.test(text));
  assert.deepEqual(
    makers.map(({ path }) => path),
    ['src/database/connections.ts'],
  );
});

test('no chain of imports comes back to its beginning', () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const visit = (path: string, chain: readonly string[]): void => {
    const start = chain.indexOf(path);
    assert.equal(start, -1, `a circle: ${[...chain.slice(start), path].join(' → ')}`);
    if (done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...chain, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
});

test('the pages share the pure ground with the server, and nothing else of it', () => {
  const pages = sourceFiles(
    'web/{console,shop,shared}/**/*.ts',
    'web/{console,shop,shared}/**/*.tsx',
  );
  const shared = pages.flatMap(importsOf).filter(({ to }) => to.startsWith('src/'));
  assert.ok(shared.some(({ to }) => to === 'src/shared/money.ts'));
  assert.deepEqual(shared.filter(({ to }) => folderOf(to) !== 'shared').map(said), []);
});

test('the pages tell the time in one place, by the clock of the server', () => {
  const wrong = sourceFiles(
    'web/{console,shop,shared}/**/*.ts',
    'web/{console,shop,shared}/**/*.tsx',
  )
    .filter(({ path }) => path !== 'web/shared/fetch-reply.ts')
    .filter(({ text }) => /Date\.now\(|new Date\(\)/.test(withoutComments(text)));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});
