import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFiles, withoutComments } from './source-files.ts';

const LINES_MAX = 400;

const product = sourceFiles('src/**/*.ts');
const everything = [
  ...product,
  ...sourceFiles('test/**/*.ts', 'bench/**/*.ts', 'docs/**/*.ts', 'deploy/**/*.ts'),
  ...sourceFiles('web/*.ts', 'web/{console,shop,shared}/**/*.{ts,tsx}'),
  // Code generated from the OpenAPI document is as long as the document requires.
  ...sourceFiles('clients/typescript/src/*.ts').filter(({ path }) => !path.endsWith('/schema.ts')),
];

/** Returns the places where `pattern` occurs in code, as `path:line`. */
function findPlaces(files: typeof product, pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line) => (pattern.test(line) ? [`${path}: ${line.trim()}`] : [])),
  );
}

test('a file has at most 400 lines: a longer one is a sign of two concepts', () => {
  const long = everything.filter(({ text }) => text.split('\n').length > LINES_MAX);
  assert.deepEqual(
    long.map(({ path }) => path),
    [],
  );
});

test('files are named in kebab-case', () => {
  const odd = everything.filter(
    ({ path }) => !/^[a-z0-9-]+(\.test|\.config|\.d)?\.tsx?$/.test(path.split('/').at(-1) ?? ''),
  );
  assert.deepEqual(
    odd.map(({ path }) => path),
    [],
  );
});

test('the environment is read in one place', () => {
  const others = product.filter(({ path }) => path !== 'src/main/config/read-config.ts');
  assert.deepEqual(findPlaces(others, /process\.env/), []);
});

test('only the command line writes to the console', () => {
  const others = product.filter(({ path }) => !path.startsWith('src/main/'));
  assert.deepEqual(findPlaces(others, /\bconsole\./), []);
});

test('no test is marked `only`, and every skipped test names a reason', () => {
  const tests = sourceFiles('test/**/*.test.ts').filter(
    ({ path }) => !path.startsWith('test/tidy/'),
  );
  assert.deepEqual(
    findPlaces(tests, /\b(test|it|describe|suite)\.(only|skip|todo)\b|\bonly: true/),
    [],
  );
  assert.deepEqual(findPlaces(tests, /\b(skip|todo): true|\bt\.(skip|todo)\(\)/), []);
});

test('no TODO is left in the text', () => {
  const others = everything.filter(({ path }) => !path.startsWith('test/tidy/'));
  const places = others.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(TODO|FIXME|XXX|HACK)\b/g)].map(([word]) => `${path}: ${word}`),
  );
  assert.deepEqual(places, []);
});

test('tests wait for conditions, not for a time', () => {
  const tests = sourceFiles('test/**/*.test.ts').filter(
    ({ path }) => !path.startsWith('test/tidy/'),
  );
  assert.deepEqual(
    findPlaces(tests, /\bsetTimeout\(|timers\/promises|shared\/pause|\bsleep\(/),
    [],
  );
});

test('there is one way to wait for a time, and one way to escape HTML', () => {
  const others = everything.filter(
    ({ path }) =>
      path !== 'src/shared/pause.ts' &&
      // It replaces that way.
      path !== 'test/simulation/virtual-time.ts' &&
      !path.startsWith('test/tidy/'),
  );
  assert.deepEqual(findPlaces(others, /timers\/promises|new Promise.*\bsetTimeout\b/), []);
  const escaping = everything.filter(({ text }) =>
    /function escapeHtml|&lt;/.test(withoutComments(text)),
  );
  assert.deepEqual(
    escaping.map(({ path }) => path).filter((path) => path.startsWith('src/')),
    ['src/shared/escape-html.ts'],
  );
});
