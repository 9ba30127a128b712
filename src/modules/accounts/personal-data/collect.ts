import type { Queryable, Statement } from '../../../database/statement.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import {
  collectApiKeys,
  collectChallenges,
  collectDevices,
  collectFactors,
  collectFailures,
  collectLinks,
  collectNotices,
  collectRecoveryCodes,
  collectResets,
  collectSessions,
  collectUsers,
} from './collect-queries.ts';

export function collect(db: Queryable, { id, userIds }: Person): PersonalLists {
  const ofUsers = (read: Statement<[userIds: readonly string[]], object>) =>
    readBySlices(userIds, (slice) => read(db, slice));
  // A guest has nothing but what their orders state.
  const ofAccount = (read: Statement<[userIds: readonly string[]], object>) =>
    readBySlices([id], (slice) => read(db, slice));
  return {
    users: ofUsers(collectUsers),
    sessions: ofAccount(collectSessions),
    devices: ofAccount(collectDevices),
    factors: ofAccount(collectFactors),
    recoveryCodes: ofAccount(collectRecoveryCodes),
    challenges: ofAccount(collectChallenges),
    failures: ofAccount(collectFailures),
    links: ofAccount(collectLinks),
    resets: ofAccount(collectResets),
    notices: ofAccount(collectNotices),
    apiKeys: ofAccount(collectApiKeys),
  };
}
