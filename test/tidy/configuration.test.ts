import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/main/config/read-config.ts';
import { variableNames } from '../../src/main/config/variables.ts';
import { sourceFiles } from './source-files.ts';

const example = sourceFiles('.env.example')[0]?.text ?? '';
/** `NAME=value`, set or commented out. */
const ENTRY = /^#? ?([A-Z][A-Z0-9_]+)=(.*)$/;
const lines = example.split('\n');
const entries = lines.flatMap((line) => {
  const match = ENTRY.exec(line);
  return match === null ? [] : [match];
});

test('.env.example lists exactly the variables that are read, each once', () => {
  assert.deepEqual(entries.map(([, name]) => name).sort(), [...variableNames].sort());
});

test('every variable in .env.example, or its group, has a comment', () => {
  for (const [entry, name] of entries) {
    let at = lines.indexOf(entry) - 1;
    while (ENTRY.test(lines[at] ?? '')) at -= 1;
    assert.match(lines[at] ?? '', /^# .*\S/, `${name} has no comment`);
  }
});

test('the values of .env.example are accepted', () => {
  const values = entries
    .map(([, name = '', value = '']) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '');
  assert.doesNotThrow(() => readConfig(Object.fromEntries(values)));
});
