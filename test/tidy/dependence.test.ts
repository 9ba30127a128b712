import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { folderOrders, upwardImports } from './folder-orders.ts';
import { type FolderOrder, findCircles, findUnplaced, findUnused, findUpward } from './ranks.ts';
import { type Import, listImports, sourceFiles, withoutComments } from './source-files.ts';

/** The parts of the project that each of these folders may import. */
const mayImport: Readonly<Record<string, RegExp>> = {
  src: /^src\//,
  web: /^(web|src\/shared|clients\/typescript\/src)\//,
  clients: /^clients\//,
  bench: /^(bench|src)\//,
};
/** These build the pages from the configuration and the OpenAPI document of the server. */
const builders = ['web/build.ts', 'web/vite.config.ts'];

const files = sourceFiles(
  'src/**/*.ts',
  'web/*.ts',
  'web/{console,shop,shared}/**/*.{ts,tsx}',
  'clients/typescript/src/**/*.ts',
  'bench/**/*.ts',
);
const paths = files.map(({ path }) => path);
const imports = files.flatMap(listImports).filter(({ to }) => paths.includes(to));
const ofServer = imports.filter(({ from }) => from.startsWith('src/'));

const getFolder = (path: string) => path.split('/')[1] ?? '';
/** The types that all modules share, ranked below them. */
const SHAPES_OF_MODULES: readonly string[] = [
  'src/modules/module.ts',
  'src/modules/personal-data.ts',
];
const getModule = (path: string) =>
  getFolder(path) === 'modules' && !SHAPES_OF_MODULES.includes(path)
    ? path.split('/')[2]
    : undefined;
const edgeOf = ({ from, to }: Pick<Import, 'from' | 'to'>) => `${from} → ${to}`;
const describeImport = (each: Import) => `${edgeOf(each)}${each.typeOnly ? ', for types' : ''}`;

test('imports are found, and those of values and types are distinguished', () => {
  assert.ok(files.length > 50 && imports.length > files.length, `${imports.length} imports`);
  const text = `
import { a } from './a.ts';
import type { A } from './a.ts';
import {
  b,
  type B,
} from './b.ts';
export * from './c.ts';
export type { D } from './d.ts';
import './e.ts';
const f = await import('./f.ts');
const g = "from './g.ts'";
// import { h } from './h.ts';
`;
  assert.deepEqual(
    listImports({ path: 'src/x.ts', text }).map(({ to, typeOnly }) => [to, typeOnly]),
    [
      ['src/a.ts', false],
      ['src/a.ts', true],
      ['src/b.ts', false],
      ['src/c.ts', false],
      ['src/d.ts', true],
      ['src/e.ts', false],
      ['src/f.ts', false],
    ],
  );
});

test('every import with a path leads to an existing file', () => {
  const lost = files
    .flatMap(listImports)
    .filter(({ to }) => /^(src|web|clients|bench)\/.*\.tsx?$/.test(to) && !paths.includes(to));
  assert.deepEqual(lost.map(describeImport), []);
});

describe('ranks', () => {
  for (const order of folderOrders) {
    test(`${order.folder}: every file has a rank and imports only from lower ranks`, () => {
      const wrong = findUpward(order, imports).filter((each) => !(edgeOf(each) in upwardImports));
      assert.deepEqual(wrong.map(describeImport), []);
      assert.deepEqual(findUnplaced(order, paths), []);
      assert.deepEqual(findUnused(order, paths), []);
    });
  }

  test('every listed exception is used', () => {
    const going = new Set(folderOrders.flatMap((order) => findUpward(order, imports)).map(edgeOf));
    assert.deepEqual(
      Object.keys(upwardImports).filter((edge) => !going.has(edge)),
      [],
    );
  });

  test('files of one rank may import each other, folders of one rank may not, and no import goes up', () => {
    const order: FolderOrder = { folder: 'x', ranks: [['*'], ['a', 'b'], ['top.ts']] };
    const seen = (from: string, to: string) =>
      findUpward(order, [{ from, to, typeOnly: true }]).length === 0;
    assert.ok(seen('x/one.ts', 'x/two.ts'));
    assert.ok(seen('x/a/one.ts', 'x/a/two.ts'));
    assert.ok(seen('x/a/one.ts', 'x/two.ts'));
    assert.ok(seen('x/top.ts', 'x/b/one.ts'));
    assert.ok(seen('x/one.ts', 'y/a/one.ts'));
    assert.ok(!seen('x/a/one.ts', 'x/b/one.ts'));
    assert.ok(!seen('x/one.ts', 'x/a/one.ts'));
    assert.ok(!seen('x/one.ts', 'x/top.ts'));
    assert.deepEqual(findUnplaced(order, ['x/a/one.ts', 'x/c/one.ts', 'y/c/one.ts']), [
      'x/c/one.ts',
    ]);
    assert.deepEqual(findUnused(order, ['x/a/one.ts', 'x/top.ts']), ['b']);
  });
});

describe('circles', () => {
  const edges = imports.filter((each) => !(edgeOf(each) in upwardImports));

  test('imports of values are free of circles', () => {
    assert.deepEqual(findCircles(edges.filter(({ typeOnly }) => !typeOnly)), []);
  });

  test('imports of values and types together are free of circles', () => {
    assert.deepEqual(findCircles(edges), []);
  });

  test('a circle is found, with all its members', () => {
    const edge = (from: string, to: string) => ({ from, to });
    const chain = [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')];
    assert.deepEqual(findCircles(chain), []);
    assert.deepEqual(findCircles([...chain, edge('d', 'b')]), [['b', 'c', 'd']]);
    assert.deepEqual(findCircles([edge('a', 'b'), edge('b', 'a'), edge('c', 'a')]), [['a', 'b']]);
  });
});

test('src, web, clients and bench import only what they may of each other', () => {
  const wrong = files.flatMap(listImports).filter(({ from, to }) => {
    const isOurs = /^(src|web|clients|bench|test|docs)\//.test(to);
    return isOurs && !builders.includes(from) && !mayImport[from.split('/')[0] ?? '']?.test(to);
  });
  assert.deepEqual(wrong.map(describeImport), []);
});

test('a module imports only the public interfaces of others', () => {
  const wrong = ofServer.filter(({ from, to }) => {
    const [mine, other] = [getModule(from), getModule(to)];
    return other !== undefined && mine !== other && to !== `src/modules/${other}/index.ts`;
  });
  assert.deepEqual(wrong.map(describeImport), []);
});

test('the types that modules share import no module', () => {
  const wrong = imports.filter(({ from, to }) => SHAPES_OF_MODULES.includes(from) && getModule(to));
  assert.deepEqual(wrong.map(describeImport), []);
});

test('a module imports ports, never a driver', () => {
  const wrong = ofServer.filter(({ from, to }) => {
    if (getModule(from) === undefined || getFolder(to) !== 'drivers') return false;
    // src/drivers/mail/mailer.ts is a port; files one folder deeper are drivers.
    return to.split('/').length > 4;
  });
  assert.deepEqual(wrong.map(describeImport), []);
});

test('connections to PostgreSQL are created in one place, which applies our session settings, and where hosts are asked', () => {
  const makers = sourceFiles('src/**/*.ts').filter(({ text }) =>
    /new (pg\.)?(Pool|Client)\(/.test(text),
  );
  assert.deepEqual(
    makers.map(({ path }) => path),
    ['src/database/connections.ts', 'src/database/failover/host-probe.ts'],
  );
});

test('the pages read the time in one place, by the clock of the server', () => {
  const wrong = sourceFiles('web/{console,shop,shared}/**/*.{ts,tsx}')
    .filter(({ path }) => path !== 'web/shared/fetch-reply.ts')
    .filter(({ text }) => /Date\.now\(|new Date\(\)/.test(withoutComments(text)));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});
