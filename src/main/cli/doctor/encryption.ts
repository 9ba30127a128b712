import type { Database } from '../../../database/database.ts';
import { listRegisteredKeys, type RegisteredKeyRow } from '../../../database/encryption/queries.ts';
import { adoptKeys, listKeyIds } from '../../../database/encryption/registry.ts';
import { MissingEncryptionKeyError } from '../../../database/key-ring.ts';
import { countEndpointsWithoutSecret } from '../../../modules/webhooks/index.ts';
import { encryptedTables } from '../../tables/encrypted-tables.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'encryption';
const look = (say: string) => createFinding(WHAT, 'look', say);

/** Checks whether stored secrets can be decrypted with the present keys, and which keys are needed. */
export async function encryptionFindings(database: Database): Promise<Finding[]> {
  const registered = (await listRegisteredKeys(database)).filter((key) => key.retiredAt === null);
  const others = [
    ...missingSoonFindings(registered, database.keyRing.ids),
    ...(await lostSecretFindings(database)),
  ];
  try {
    await adoptKeys(database, encryptedTables);
  } catch (error) {
    if (!(error instanceof MissingEncryptionKeyError)) throw error;
    return [createFinding(WHAT, 'wrong', error.message.replace(/\.$/, '')), ...others];
  }
  const inUse = await listKeyIds(database, encryptedTables);
  const { ids, currentId } = database.keyRing;
  const [first, ...later] = ids;
  const areInClear = currentId !== null && inUse.has(null);
  return [
    ...(first === undefined ? [] : [describeKey(first, currentId, registered)]),
    ...(areInClear
      ? [look('some secrets are not encrypted yet; a worker encrypts them within minutes')]
      : []),
    ...later.filter((id) => id !== currentId).map((id) => describeFormerKey(id, registered, inUse)),
    ...others,
  ];
}

/** Says which key encrypts, or from when on the first one will. */
function describeKey(
  first: string,
  currentId: string | null,
  registered: readonly RegisteredKeyRow[],
): Finding {
  const waiting = registered.find(({ id, inForce }) => id === first && !inForce);
  const from = registered.every(({ id }) => id !== first)
    ? 'an hour after the next start'
    : waiting?.encryptsFrom.toISOString();
  const now =
    currentId === null
      ? 'secrets are not encrypted'
      : `secrets are encrypted under the key ${currentId} of ENCRYPTION_KEY`;
  const then = from === undefined ? '' : `; from ${from} on, they are under ${first}`;
  return createFinding(WHAT, 'ok', `${now}${then}`);
}

function describeFormerKey(
  id: string,
  registered: readonly RegisteredKeyRow[],
  inUse: ReadonlySet<string | null>,
): Finding {
  const isNeeded = inUse.has(id) || registered.some((key) => key.id === id);
  return look(
    isNeeded
      ? `the former key ${id} of ENCRYPTION_KEY is needed until a worker has encrypted everything under another; keep it`
      : `nothing is encrypted under the key ${id} of ENCRYPTION_KEY any more; remove it`,
  );
}

/** Lists keys under which other servers will encrypt. Those that are in force are needed already. */
function missingSoonFindings(
  registered: readonly RegisteredKeyRow[],
  ids: readonly string[],
): Finding[] {
  return registered
    .filter(({ id, inForce }) => !inForce && !ids.includes(id))
    .map(({ id, encryptsFrom }) => {
      const effect = `from ${encryptsFrom.toISOString()} on, other servers encrypt under the key ${id}`;
      return look(`${effect}, which ENCRYPTION_KEY does not contain; put it first`);
    });
}

async function lostSecretFindings(database: Database): Promise<Finding[]> {
  const count = await countEndpointsWithoutSecret(database);
  if (count === 0) return [];
  const endpoints =
    count === 1
      ? '1 webhook endpoint has lost its secret and receives'
      : `${count} webhook endpoints have lost their secrets and receive`;
  const say = `${endpoints} nothing, because the key was given up; rotate it (POST /api/webhook-endpoints/{id}/rotate-secret)`;
  return [createFinding('webhooks', 'look', say)];
}
