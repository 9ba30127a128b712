import assert from 'node:assert/strict';
import type { TestServer } from '../../support/server.ts';
import type { Reply, Session } from '../../support/session.ts';
import { query } from '../../support/until.ts';

export const reason = 'They asked for it by letter.';

/** Erases a person as an admin. */
export function erase(admin: Session, id: string, more: object = {}): Promise<Reply> {
  return admin.post(`/api/users/${id}/erase`, { reason, ...more });
}

export async function requireErased(admin: Session, id: string, more: object = {}) {
  const reply = await erase(admin, id, more);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ userId: string; erasedAt: string }>();
}

/** Returns a user or guest as they are stored. */
export async function findRow(server: TestServer, id: string): Promise<Record<string, unknown>> {
  const [row] = await query(server.databaseUrl, 'select * from users where id = $1', [id]);
  return row!;
}
