import type { FieldErrors } from '../parts/field-errors.ts';
import type { OrderDraft } from './draft.ts';

/** What a part of the form receives. */
export interface FieldsProps {
  readonly draft: OrderDraft;
  onChange(change: Partial<OrderDraft>): void;
  /** What the server refused about the fields. */
  readonly errors: FieldErrors;
}
