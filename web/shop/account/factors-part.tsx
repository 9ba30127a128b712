import { lazy, Suspense, useState } from 'react';
import { describeBrowser } from '../../shared/browser-name.ts';
import {
  type Factor,
  FEW_RECOVERY_CODES,
  useAddPasskey,
  useCreateRecoveryCodes,
  useFactors,
} from '../../shared/factors.ts';
import { hasPasskeys } from '../../shared/passkeys.ts';
import type { Profile } from '../../shared/session.ts';
import { PasskeysElsewhere } from '../parts/passkeys-elsewhere.tsx';
import { Problem } from '../parts/problem.tsx';
import { FactorItem } from './factor-item.tsx';
import { Part } from './part.tsx';

/** Draws a QR code, whose code is loaded only for those who need it. */
const TotpSheet = lazy(() => import('./totp-sheet.tsx'));

/** The second factors of the account, which customers may have. */
export function FactorsPart({ profile }: { profile: Profile }) {
  const factors = useFactors();
  const addPasskey = useAddPasskey();
  const [isAddingApp, setIsAddingApp] = useState(false);
  const all = factors.data?.data ?? [];
  return (
    <Part title="Two-step sign-in">
      <p className="quiet">
        {hasPasskeys ? 'With a passkey or an authenticator app' : 'With an authenticator app'}, a
        stolen password alone opens nothing.
        {hasPasskeys && ' A passkey also signs you in without a password.'}
      </p>
      {!hasPasskeys && <PasskeysElsewhere />}
      {factors.error !== null && (
        <Problem error={factors.error} onRetry={() => factors.refetch()} />
      )}
      {all.length > 0 && (
        <ul className="account-list">
          {all.map((factor) => (
            <FactorItem key={factor.id} factor={factor} />
          ))}
        </ul>
      )}
      <Problem error={addPasskey.error} />
      {!profile.emailVerified && (
        <p>Confirm your e-mail address first. Above, we send you the link again.</p>
      )}
      {profile.emailVerified && factors.data !== undefined && (
        <div className="actions">
          {hasPasskeys && (
            <button
              type="button"
              className="more"
              disabled={addPasskey.isPending}
              onClick={() => addPasskey.mutate({ name: describeBrowser(navigator.userAgent) })}
            >
              Add a passkey
            </button>
          )}
          {!all.some(isApp) && (
            <button type="button" className="more" onClick={() => setIsAddingApp(true)}>
              Add an authenticator app
            </button>
          )}
        </div>
      )}
      {all.length > 0 && <RecoveryCodes left={factors.data?.recoveryCodesLeft ?? 0} />}
      {isAddingApp && (
        <Suspense>
          <TotpSheet onClose={() => setIsAddingApp(false)} />
        </Suspense>
      )}
    </Part>
  );
}

function isApp({ type }: Factor): boolean {
  return type === 'totp';
}

function RecoveryCodes({ left }: { left: number }) {
  const create = useCreateRecoveryCodes();
  return (
    <>
      <h3>Recovery codes</h3>
      <p className={left <= FEW_RECOVERY_CODES ? 'few' : 'quiet'}>
        {left === 0
          ? 'You have none. With one of them you sign in if you lose your device.'
          : `You have ${left} left. With one of them you sign in if you lose your device.`}
      </p>
      <Problem error={create.error} />
      <button
        type="button"
        className="more"
        disabled={create.isPending}
        onClick={() => create.mutate()}
      >
        Create new recovery codes
      </button>
    </>
  );
}
