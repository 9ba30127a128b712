import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { describeBrowser } from '../../shared/browser-name.ts';
import { useSignOut } from '../../shared/session.ts';
import {
  type SessionItem,
  useEndSession,
  useEndSessions,
  useSessions,
} from '../../shared/session-list.ts';
import { Problem } from '../parts/problem.tsx';
import { formatMoment } from './days.ts';
import { Done } from './done.tsx';
import { Part } from './part.tsx';

/** Where the customer is signed in. */
export function SessionsPart() {
  const sessions = useSessions('me');
  const endOthers = useEndSessions('me');
  const all = sessions.data ?? [];
  return (
    <Part title="Where you are signed in">
      {sessions.error !== null && (
        <Problem error={sessions.error} onRetry={() => sessions.refetch()} />
      )}
      <ul className="account-list">
        {all.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
      <Problem error={endOthers.error} />
      {endOthers.isSuccess && all.length < 2 && <Done>You are signed out everywhere else.</Done>}
      {all.length > 1 && (
        <button
          type="button"
          className="more"
          disabled={endOthers.isPending}
          onClick={() => endOthers.mutate()}
        >
          Sign out everywhere else
        </button>
      )}
    </Part>
  );
}

function SessionRow({ session }: { session: SessionItem }) {
  const end = useEndSession('me');
  const signOut = useSignOut();
  const { id, userAgent, address, createdAt, lastUsedAt, current } = session;
  const name = userAgent === null ? 'Unknown device' : describeBrowser(userAgent);
  return (
    <li>
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {current && <span className="mark">This device</span>}
        <span className="quiet">
          {address !== null && `${address} · `}since {formatMoment(createdAt)}
          {!current && ` · last used ${formatMoment(lastUsedAt)}`}
        </span>
        <Problem error={end.error} />
      </div>
      <div className="actions">
        <button
          type="button"
          className="plain"
          aria-label={`Sign out ${current ? 'this device' : isolateDirection(name)}`}
          disabled={end.isPending}
          onClick={() => (current ? signOut.mutate() : end.mutate(id))}
        >
          Sign out
        </button>
      </div>
    </li>
  );
}
