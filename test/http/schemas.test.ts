import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { closedShape } from '../../src/http/closed-shape.ts';
import { Choice, MoneyValue, Nullable } from '../../src/http/index.ts';

function toJson(schema: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
}

test('a nullable plain type becomes a list of types, and null joins its enum values', () => {
  assert.deepEqual(toJson(Nullable(Type.String({ maxLength: 3 }))), {
    type: ['string', 'null'],
    maxLength: 3,
  });
  assert.deepEqual(toJson(Nullable(Choice(['a', 'b']))), {
    type: ['string', 'null'],
    enum: ['a', 'b', null],
  });
});

test('unions and named shapes become one branch, with null as the other', () => {
  for (const schema of [Type.Union([Type.String(), Type.Integer()]), MoneyValue]) {
    const { anyOf } = toJson(Nullable(schema));
    assert.deepEqual(anyOf, [toJson(schema), { type: 'null' }]);
  }
});

test('closing applies to every object except members of intersections and explicitly open ones', () => {
  const schema = Type.Object({
    list: Type.Array(Type.Object({ a: Type.String() })),
    either: Type.Union([Type.Object({ a: Type.String() }), Type.String()]),
    free: Type.Object({ a: Type.String() }, { additionalProperties: true }),
    both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
  });
  const closed = { additionalProperties: false };
  const open = { additionalProperties: undefined };
  const { properties, ...top } = toJson(closedShape(schema)) as {
    additionalProperties?: boolean;
    properties: Record<string, Record<string, unknown>>;
  };
  const getMember = (name: string, ...path: (string | number)[]) => {
    let member: unknown = properties[name];
    for (const key of path) member = (member as Record<string | number, unknown>)[key];
    const { additionalProperties } = member as { additionalProperties?: boolean };
    return { additionalProperties };
  };
  assert.equal(top.additionalProperties, false);
  assert.deepEqual(getMember('list', 'items'), closed);
  assert.deepEqual(getMember('either', 'anyOf', 0), closed);
  assert.deepEqual(getMember('free'), { additionalProperties: true });
  assert.deepEqual(getMember('both', 'allOf', 0), open);
});
