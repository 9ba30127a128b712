import assert from 'node:assert/strict';
import type { Reply, Session } from './session.ts';

/** What the replies about tax rates, charges and discounts have in common. */
export interface RuleBody {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly [field: string]: unknown;
}

/** Creates a rule over HTTP. */
export async function createRule(admin: Session, path: string, body: object): Promise<RuleBody> {
  const reply = await admin.post(path, body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json<RuleBody>();
}

/** Asserts that a reply is a problem document with this code, and its first error at this location. */
export function assertProblem(reply: Reply, status: number, code: string, pointer?: string): void {
  assert.equal(reply.status, status, reply.text);
  const problem = reply.json<{ code: string; errors?: { pointer: string }[] }>();
  assert.equal(problem.code, code);
  if (pointer !== undefined) assert.equal(problem.errors?.[0]?.pointer, pointer, reply.text);
}
