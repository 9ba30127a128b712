import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventExamples } from '../../docs/make/event-examples.ts';
import { referencePages } from '../../docs/make/reference.ts';
import { eventTypes } from '../../src/events/index.ts';
import { variableNames } from '../../src/main/config/variables.ts';
import { modules } from '../../src/main/modules/modules.ts';
import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';
import { sourceFiles } from '../tidy/source-files.ts';

const made = await referencePages();
const kept = sourceFiles('docs/reference/**/*.md');
const texts = new Map(made.map(({ path, text }) => [path, text]));

describe('docs/reference, written by "npm run docs"', () => {
  test('has exactly the pages that the code generates', () => {
    assert.deepEqual(
      kept.map(({ path }) => path),
      made.map(({ path }) => `docs/reference/${path}`).sort(),
    );
  });

  for (const { path, text } of made) {
    test(`${path} is up to date with the code (if not, run "npm run docs")`, () => {
      assert.equal(kept.find((file) => file.path === `docs/reference/${path}`)?.text, text);
    });
  }
});

test('has an entry for every variable, error and event type', () => {
  for (const name of variableNames) {
    assert.match(texts.get('configuration.md')!, new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  }
  for (const { code } of errorCatalogue) {
    assert.ok(texts.get('errors.md')!.includes(`### ${code}\n`), code);
  }
  assert.deepEqual(
    eventExamples.map(({ type }) => type),
    eventTypes,
  );
});

test('has a heading for every operation below /api', () => {
  const headings = made
    .filter(({ path }) => path.startsWith('api/') && path !== 'api/index.md')
    .flatMap(({ text }) => [...text.matchAll(/^```http\n/gm)]);
  const fewest = modules.declarations
    .filter(({ tags }) => tags !== undefined)
    .flatMap(({ access }) => Object.keys(access ?? {}));
  assert.ok(headings.length >= fewest.length, `${headings.length} of ${fewest.length}`);
});
