import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { answerOf, api, HoldfastError, type Money } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useCart } from '../cart.ts';
import type { CartItem } from '../changed-cart.ts';
import { useKeptText } from '../kept-text.ts';
import { tellOtherTabs } from '../other-tabs.ts';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { beginPayment } from '../payment.ts';

const NOTE_MAX = 500;

export function CartPage() {
  useTitle('Your cart');
  const profile = useProfile();
  const cart = useCart();
  const { text: note, setText: setNote } = useKeptText('note');
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const checkout = useMutation({
    mutationFn: (seen: { readonly version: number; readonly total: Money }) =>
      answerOf(
        api.POST('/api/cart/checkout', {
          body: {
            // What the customer has seen is what they order and pay, or they are asked again.
            cartVersion: seen.version,
            expectedTotal: seen.total,
            ...(note.trim() === '' ? {} : { note: note.trim() }),
          },
        }),
      ),
    async onSuccess(order) {
      tellOtherTabs();
      setNote('');
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.setQueryData(['order', order.id], order);
      // Without a payment page the order is there all the same, and can be paid from its own page.
      const url = order.total.amount === 0 ? null : await beginPayment(order.id).catch(() => null);
      if (url === null) navigate(`/orders/${order.id}`);
      else location.assign(url);
    },
    onError: () => {
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.invalidateQueries({ queryKey: ['products'] });
    },
  });

  if (cart.items.length === 0) {
    return (
      <Notice title="Your cart is empty.">
        <Link href="/" className="button">
          See the menu
        </Link>
      </Notice>
    );
  }
  const { version, total } = cart;
  const seen = version === null || total === null ? null : { version, total };
  const isShort = cart.items.some(({ quantity, available }) => quantity > available);
  return (
    <>
      <h1>Your cart</h1>
      <ul className="lines">
        {cart.items.map((item) => (
          <Line key={item.sku} item={item} isGuest={!profile} />
        ))}
      </ul>
      {cart.total !== null && (
        <p className="sum">
          <span>Total</span>
          <strong>{formatMoney(cart.total)}</strong>
        </p>
      )}
      <label className="field">
        <span>A note for the kitchen</span>
        <textarea
          rows={3}
          maxLength={NOTE_MAX}
          placeholder="Allergies, or no coriander"
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
      </label>
      <Problem error={checkout.error ?? cart.error} />
      {isCodeOf(checkout.error, 'carts.changed') && (
        <p className="quiet">This is what it holds now. Look through it, and order again.</p>
      )}
      <Shortages error={checkout.error} items={cart.items} />
      {profile === null ? (
        <Link href="/sign-in?then=/cart" className="button wide">
          Sign in to order
        </Link>
      ) : profile?.role !== 'customer' ? (
        <p className="quiet">Orders are placed by customers; you are signed in as staff.</p>
      ) : (
        <button
          type="button"
          className="button wide"
          disabled={checkout.isPending || isShort || seen === null}
          onClick={() => seen !== null && checkout.mutate(seen)}
        >
          {checkout.isPending ? 'Placing your order…' : 'Order and pay'}
        </button>
      )}
    </>
  );
}

function Line({ item, isGuest }: { item: CartItem; isGuest: boolean }) {
  const cart = useCart();
  const product = { id: item.productId, sku: item.sku, name: item.name, price: item.unitPrice };
  const isShort = !isGuest && item.quantity > item.available;
  return (
    <li className="line">
      <div>
        <strong>
          <bdi>{item.name}</bdi>
        </strong>
        <div className="quiet">{formatMoney(item.unitPrice)} each</div>
        {isShort && (
          <div className="few">
            {item.available <= 0 ? 'Sold out: please take it out' : `Only ${item.available} left`}
          </div>
        )}
      </div>
      <Stepper
        name={item.name}
        quantity={item.quantity}
        quantityMax={isGuest ? 99 : Math.max(item.available, item.quantity)}
        onChange={(next) => cart.setQuantity(product, next)}
      />
      <span className="line-total">{formatMoney(item.total)}</span>
    </li>
  );
}

function isCodeOf(error: unknown, code: string): error is HoldfastError {
  return error instanceof HoldfastError && error.code === code;
}

interface ShortLine {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** Which dishes somebody else was quicker with. */
function Shortages({ error, items }: { error: unknown; items: readonly CartItem[] }) {
  if (!isCodeOf(error, 'inventory.insufficient_stock')) return null;
  const lines = (error.problem.lines ?? []) as readonly ShortLine[];
  const nameOf = (sku: string) => items.find((item) => item.sku === sku)?.name ?? sku;
  return (
    <ul className="shortages">
      {lines.map(({ sku, requested, available }) => (
        <li key={sku}>
          <bdi>{nameOf(sku)}</bdi>: you wanted {requested}, {available}{' '}
          {available === 1 ? 'is' : 'are'} left.
        </li>
      ))}
    </ul>
  );
}
