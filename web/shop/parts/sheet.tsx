import './sheet.css';
import { type ReactNode, useEffect, useId, useRef } from 'react';

interface SheetProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** Only its own buttons close it: what it shows is shown once. */
  readonly isFirm?: boolean;
  onClose(): void;
}

/**
 * A modal dialog: at the bottom of a phone's screen, in the middle of a larger one. The browser keeps the focus inside,
 * closes it with Escape, and returns the focus to where it was. Children may close it with `<form method="dialog">`.
 */
export function Sheet({ title, children, isFirm = false, onClose }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    // Not the first control: on a phone, a field would open the keyboard.
    heading.current?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={id}
      closedby={isFirm ? 'none' : 'any'}
      onClose={onClose}
    >
      <header className="sheet-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {!isFirm && (
          <button
            type="button"
            className="sheet-close"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            ×
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
