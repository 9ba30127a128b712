import { useState } from 'react';
import { formatRecoveryFile, recoveryCodes } from '../../shared/recovery-codes.ts';
import { Sheet } from '../parts/sheet.tsx';

interface CodesSheetProps {
  readonly codes: readonly string[];
  readonly email: string;
}

/** Shows recovery codes, which the server never shows again. */
export function CodesSheet({ codes, email }: CodesSheetProps) {
  const [isCopied, setIsCopied] = useState(false);
  const text = formatRecoveryFile(codes, { email, origin: location.origin });
  const copy = () => navigator.clipboard.writeText(text).then(() => setIsCopied(true));
  return (
    <Sheet title="Your recovery codes" isFirm onClose={() => recoveryCodes.show(null)}>
      <form method="dialog">
        <div className="sheet-body">
          <p>
            If you lose your device, one of these signs you in. Each works once. Keep them where you
            find them without this device: they are not shown again.
          </p>
          <ul className="codes-shown">
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
          <div className="actions">
            <a
              className="more"
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
              download="recovery-codes.txt"
            >
              Save as a file
            </a>
            {/* A page served over plain http cannot copy. */}
            {navigator.clipboard !== undefined && (
              <button type="button" className="more" onClick={copy}>
                {isCopied ? 'Copied' : 'Copy'}
              </button>
            )}
          </div>
        </div>
        <footer className="sheet-foot sheet-end">
          <button type="submit" className="button">
            I have kept them
          </button>
        </footer>
      </form>
    </Sheet>
  );
}
