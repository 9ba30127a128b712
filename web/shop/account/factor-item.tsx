import { type SubmitEvent, useState } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { type Factor, useRemoveFactor, useRenameFactor } from '../../shared/factors.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { formatDay } from './days.ts';

const NAME_MAX = 200;

const kinds: Readonly<Record<Factor['type'], string>> = {
  totp: 'Authenticator app',
  passkey: 'Passkey',
};

export function FactorItem({ factor }: { factor: Factor }) {
  const [open, setOpen] = useState<'name' | 'removal' | null>(null);
  const close = () => setOpen(null);
  const { name, type, createdAt, lastUsedAt } = factor;
  const used = lastUsedAt === null ? 'not used yet' : `last used ${formatDay(lastUsedAt)}`;
  return (
    <li>
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span className="quiet">
          {kinds[type]} · added {formatDay(createdAt)} · {used}
        </span>
      </div>
      <div className="actions">
        <button
          type="button"
          className="plain"
          aria-label={`Rename ${isolateDirection(name)}`}
          onClick={() => setOpen('name')}
        >
          Rename
        </button>
        <button
          type="button"
          className="plain"
          aria-label={`Remove ${isolateDirection(name)}`}
          onClick={() => setOpen('removal')}
        >
          Remove
        </button>
      </div>
      {open === 'name' && <NameSheet factor={factor} onClose={close} />}
      {open === 'removal' && <RemovalSheet factor={factor} onClose={close} />}
    </li>
  );
}

interface SheetProps {
  readonly factor: Factor;
  onClose(): void;
}

function NameSheet({ factor, onClose }: SheetProps) {
  const rename = useRenameFactor(factor.id);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    rename.mutate({ name }, { onSuccess: onClose });
  };
  return (
    <Sheet title="Rename" onClose={onClose}>
      <form onSubmit={submit}>
        <div className="sheet-body">
          <Field
            label="Name"
            name="name"
            dir="auto"
            required
            maxLength={NAME_MAX}
            defaultValue={factor.name}
          />
          <Problem error={rename.error} />
        </div>
        <footer className="sheet-foot sheet-end">
          <button type="submit" className="button" disabled={rename.isPending}>
            Save
          </button>
        </footer>
      </form>
    </Sheet>
  );
}

function RemovalSheet({ factor, onClose }: SheetProps) {
  const remove = useRemoveFactor(factor.id);
  return (
    <Sheet
      title={
        <>
          Remove <bdi>{factor.name}</bdi>?
        </>
      }
      onClose={onClose}
    >
      <div className="sheet-body">
        <p>It no longer signs you in. You are signed out everywhere else.</p>
        <Problem error={remove.error} />
      </div>
      <footer className="sheet-foot sheet-end">
        <button
          type="button"
          className="button"
          disabled={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: onClose })}
        >
          Remove it
        </button>
      </footer>
    </Sheet>
  );
}
