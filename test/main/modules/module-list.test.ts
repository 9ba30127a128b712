import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModuleList } from '../../../src/main/modules/module-list.ts';
import type { Module } from '../../../src/modules/module.ts';

const ended: string[] = [];

interface Greeting {
  greet(): string;
}

function createGreeting({ word }: { readonly word: string }): Module<Greeting> {
  return { api: { greet: () => word }, stop: () => void ended.push('greeting') };
}

function createLetters({ greeting }: { readonly greeting: Greeting }): Module<{ first: string }> {
  return { api: { first: greeting.greet() }, stop: () => void ended.push('letters') };
}

const list = createModuleList<{ readonly word: string }>()
  .add({ name: 'greeting' }, createGreeting)
  .add({ name: 'letters' }, createLetters);

test('a module gets the infrastructure and the use cases of the modules before it', async () => {
  await using built = new AsyncDisposableStack();
  const { apis, modules } = list.build({ word: 'hello' }, built);
  assert.equal(apis.letters.first, 'hello');
  assert.deepEqual(
    modules.map(({ declaration }) => declaration.name),
    ['greeting', 'letters'],
  );
});

test('modules end in reverse order', async () => {
  ended.length = 0;
  const built = new AsyncDisposableStack();
  list.build({ word: 'hello' }, built);
  await built.disposeAsync();
  assert.deepEqual(ended, ['letters', 'greeting']);
});

test('a module placed before one that it needs does not compile', () => {
  const empty = createModuleList<{ readonly word: string }>();
  // @ts-expect-error There is no greeting yet.
  assert.ok(empty.add({ name: 'letters' }, createLetters));
});
