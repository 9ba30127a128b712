import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoomList } from '../../../src/main/rooms/room-list.ts';
import type { Room } from '../../../src/modules/room.ts';

const ended: string[] = [];

interface Greeting {
  greet(): string;
}

function createGreeting({ word }: { readonly word: string }): Room<Greeting> {
  return { api: { greet: () => word }, stop: () => void ended.push('greeting') };
}

function createLetters({ greeting }: { readonly greeting: Greeting }): Room<{ first: string }> {
  return { api: { first: greeting.greet() }, stop: () => void ended.push('letters') };
}

const list = createRoomList<{ readonly word: string }>()
  .add({ name: 'greeting' }, createGreeting)
  .add({ name: 'letters' }, createLetters);

test('a room is given the infrastructure and the use cases of the rooms before it', async () => {
  await using built = new AsyncDisposableStack();
  const { apis, rooms } = list.build({ word: 'hello' }, built);
  assert.equal(apis.letters.first, 'hello');
  assert.deepEqual(
    rooms.map(({ declaration }) => declaration.name),
    ['greeting', 'letters'],
  );
});

test('rooms end in the reverse order', async () => {
  ended.length = 0;
  const built = new AsyncDisposableStack();
  list.build({ word: 'hello' }, built);
  await built.disposeAsync();
  assert.deepEqual(ended, ['letters', 'greeting']);
});

test('a room that stands before what it needs does not compile', () => {
  const empty = createRoomList<{ readonly word: string }>();
  // @ts-expect-error There is no greeting yet.
  assert.ok(empty.add({ name: 'letters' }, createLetters));
});
