import { useState } from 'react';
import { useEraseRequest, useExportData } from '../../shared/personal-data.ts';
import type { Profile } from '../../shared/session.ts';
import { Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { formatDay } from './days.ts';
import { Part } from './part.tsx';

/** What the shop keeps of the customer: a copy of it, and the request to erase it. */
export function DataPart({ profile }: { profile: Profile }) {
  const exportData = useExportData(profile.id);
  const erasure = useEraseRequest();
  const [isAsking, setIsAsking] = useState(false);
  const request = profile.eraseRequest;
  return (
    <Part title="Your data">
      <p className="quiet">
        You can have a copy of everything that we keep about you, as a file for programs.
      </p>
      {request !== undefined && (
        <div className="told" role="status">
          <strong>You have asked for your data to be erased.</strong>
          <p>
            You asked on {formatDay(request.requestedAt)}. We do it by {formatDay(request.dueAt)},
            once your orders have ended.
          </p>
        </div>
      )}
      <Problem error={exportData.error ?? erasure.withdraw.error} />
      <div className="actions">
        <button
          type="button"
          className="more"
          disabled={exportData.isPending}
          onClick={() => exportData.mutate()}
        >
          Download my data
        </button>
        {request === undefined ? (
          <button type="button" className="more" onClick={() => setIsAsking(true)}>
            Ask for erasure
          </button>
        ) : (
          <button
            type="button"
            className="more"
            disabled={erasure.withdraw.isPending}
            onClick={() => erasure.withdraw.mutate()}
          >
            Withdraw the request
          </button>
        )}
      </div>
      {isAsking && <ErasureSheet ask={erasure.ask} onClose={() => setIsAsking(false)} />}
    </Part>
  );
}

interface ErasureSheetProps {
  readonly ask: ReturnType<typeof useEraseRequest>['ask'];
  onClose(): void;
}

function ErasureSheet({ ask, onClose }: ErasureSheetProps) {
  const close = () => {
    ask.reset();
    onClose();
  };
  return (
    <Sheet title="Ask for your data to be erased?" onClose={close}>
      <div className="sheet-body">
        <p>
          Within a month, and once your orders have ended, we remove your name, addresses, telephone
          number, notes and mails. Your account ends with it, and you can no longer see your orders.
          Nobody can undo it.
        </p>
        <p>
          We keep the orders themselves and their amounts, which our accounts need. Until we have
          erased your data, you can withdraw the request here.
        </p>
        <Problem error={ask.error} />
      </div>
      <footer className="sheet-foot sheet-end">
        <button
          type="button"
          className="button"
          disabled={ask.isPending}
          onClick={() => ask.mutate(undefined, { onSuccess: onClose })}
        >
          Ask for erasure
        </button>
      </footer>
    </Sheet>
  );
}
