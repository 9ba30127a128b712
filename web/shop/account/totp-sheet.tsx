import { type SubmitEvent, useEffect } from 'react';
import { useConfirmTotp, useStartTotp } from '../../shared/factors.ts';
import { QrCode } from '../../shared/qr-code.tsx';
import { formatSecret, readTypedCode } from '../../shared/typed-code.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';

/** Adds an authenticator app: shows it the secret, and asks for a code that proves that it has it. */
export default function TotpSheet({ onClose }: { onClose(): void }) {
  const start = useStartTotp();
  const confirm = useConfirmTotp();
  const { mutate } = start;
  // A secret that is not confirmed counts for nothing, so it does not matter if this runs twice.
  useEffect(() => mutate({}), [mutate]);
  const totp = start.data;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (totp === undefined) return;
    const code = readTypedCode(String(new FormData(event.currentTarget).get('code')));
    confirm.mutate({ id: totp.id, code }, { onSuccess: onClose });
  };
  return (
    <Sheet title="Add an authenticator app" onClose={onClose}>
      <form onSubmit={submit}>
        <div className="sheet-body">
          <Problem error={start.error} onRetry={() => mutate({})} />
          {start.isPending && <p className="quiet">Loading…</p>}
          {totp !== undefined && (
            <>
              <p>Scan this code with the app. On this device, open the link instead.</p>
              <QrCode text={totp.uri} label="QR code for the authenticator app" />
              <p className="secret-link">
                <a href={totp.uri} className="text-link">
                  Open in the app
                </a>
              </p>
              <details>
                <summary>Enter it by hand</summary>
                <code className="secret">{formatSecret(totp.secret)}</code>
              </details>
              <Field
                label="Code that the app shows"
                name="code"
                inputMode="numeric"
                autoComplete="one-time-code"
                dir="ltr"
                required
                maxLength={10}
              />
              <Problem error={confirm.error} />
            </>
          )}
        </div>
        <footer className="sheet-foot sheet-end">
          <button
            type="submit"
            className="button"
            disabled={totp === undefined || confirm.isPending}
          >
            Add the app
          </button>
        </footer>
      </form>
    </Sheet>
  );
}
