import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type BodyOf, readBody } from '../../shared/api.ts';
import { type FieldErrors, isVersionConflict, readFieldErrors } from '../parts/field-errors.ts';
import { readShop, type Shop, shopKey } from '../parts/use-shop.ts';
import { describeChanges, isSame, type TermName } from './shop-terms.ts';

type Change = BodyOf<'updateShopSettings'>;

interface Definition<Draft> {
  /** The terms that the form changes. */
  readonly names: readonly TermName[];
  /** The fields at which errors are shown. */
  readonly fields: readonly string[];
  toDraft(shop: Shop): Draft;
  /** Returns the terms that a draft states; null while one of its fields cannot be read. */
  toTerms(draft: Draft): Change | null;
}

export interface ShopForm<Draft> {
  readonly draft: Draft;
  set(change: Partial<Draft>): void;
  readonly isChanged: boolean;
  /** Whether the draft can be sent. */
  readonly isValid: boolean;
  readonly isSaving: boolean;
  readonly error: Error | null;
  readonly errors: FieldErrors;
  /** What another user has changed of these terms since the draft was begun. */
  readonly othersChanges: readonly string[];
  save(): void;
  /** Keeps the draft after a change by another user. */
  keepMine(): void;
  /** Shows the stored terms instead of the draft. */
  discard(): void;
}

/**
 * A form for a part of the shop's settings. It shows what is stored until the user changes something. Changes by others to
 * the rest of the settings do not matter to it; those to this part are reported, and are overwritten only if the user
 * decides so.
 */
export function useShopForm<Draft extends object>(
  shop: Shop,
  { names, fields, toDraft, toTerms }: Definition<Draft>,
): ShopForm<Draft> {
  const queries = useQueryClient();
  const [edit, setEdit] = useState<{ readonly base: Shop; readonly draft: Draft } | null>(null);
  const base = edit?.base ?? shop;
  const draft = edit?.draft ?? toDraft(shop);
  const isTouchedBy = (current: Shop) => names.some((name) => !isSame(base[name], current[name]));

  /** Saves what differs from the terms that the draft was begun with. */
  async function send(): Promise<Shop> {
    const terms = (toTerms(draft) ?? {}) as Record<string, unknown>;
    const initial = toTerms(toDraft(base)) as Record<string, unknown> | null;
    const changed = Object.entries(terms).filter(
      ([name, value]) => initial === null || !isSame(value, initial[name]),
    );
    const patch = (version: number) =>
      readBody(
        api.PATCH('/api/shop', { body: { ...Object.fromEntries(changed), version } as Change }),
      );
    try {
      return await patch(isTouchedBy(shop) ? base.version : shop.version);
    } catch (error) {
      if (!isVersionConflict(error)) throw error;
      const current = await readShop();
      queries.setQueryData(shopKey, current);
      // Another part was changed: this one is as the user saw it.
      if (isTouchedBy(current)) throw error;
      return patch(current.version);
    }
  }
  const save = useMutation({
    mutationFn: send,
    onSuccess(saved) {
      queries.setQueryData(shopKey, saved);
      setEdit(null);
      notifications.show({ message: 'Saved.' });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['slots'] }),
  });
  return {
    draft,
    set(change) {
      setEdit({ base, draft: { ...draft, ...change } });
    },
    isChanged: edit !== null && !isSame(draft, toDraft(base)),
    isValid: toTerms(draft) !== null,
    isSaving: save.isPending,
    error: save.error,
    errors: readFieldErrors(save.error, fields),
    othersChanges: edit === null ? [] : describeChanges(base, shop, names),
    save: () => save.mutate(),
    keepMine() {
      save.reset();
      setEdit({ base: shop, draft: mergeDrafts(toDraft(base), draft, toDraft(shop)) });
    },
    discard() {
      save.reset();
      setEdit(null);
    },
  };
}

/** Returns a draft with what the user changed, and otherwise what is stored now. */
function mergeDrafts<Draft extends object>(before: Draft, draft: Draft, stored: Draft): Draft {
  const own = Object.entries(draft).filter(
    ([name, value]) => !isSame(value, before[name as keyof Draft]),
  );
  return { ...stored, ...Object.fromEntries(own) };
}
