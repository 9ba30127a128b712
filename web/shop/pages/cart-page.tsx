import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { api, HoldfastError, type Money, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useCart } from '../cart.ts';
import type { CartLine } from '../cart-line.ts';
import { notifyOtherTabs } from '../other-tabs.ts';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { Sum } from '../parts/sum.tsx';
import { beginPayment } from '../payment.ts';
import { useStoredText } from '../stored-text.ts';
import { type CartSums, useSums } from '../sums.ts';

const NOTE_MAX = 500;
/** The limit for one dish if the available units are unknown. */
const QUANTITY_MAX = 99;

export function CartPage() {
  useTitle('Your cart');
  const profile = useProfile();
  const cart = useCart();
  const sums = useSums();
  const { text: note, setText: setNote } = useStoredText('note');
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const checkout = useMutation({
    mutationFn: (seen: { readonly version: number; readonly total: Money }) =>
      readBody(
        api.POST('/api/cart/checkout', {
          body: {
            // The customer orders and pays what they have seen, or is asked again.
            cartVersion: seen.version,
            expectedTotal: seen.total,
            ...(note.trim() === '' ? {} : { note: note.trim() }),
          },
        }),
      ),
    async onSuccess(order) {
      notifyOtherTabs();
      setNote('');
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.setQueryData(['order', order.id], order);
      // Without a payment page the order still exists, and can be paid from its own page.
      const url = order.total.amount === 0 ? null : await beginPayment(order.id).catch(() => null);
      if (url === null) navigate(`/orders/${order.id}`);
      else location.assign(url);
    },
    onError: () => {
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.invalidateQueries({ queryKey: ['products'] });
    },
  });

  if (cart.lines.length === 0) {
    return (
      <Notice title="Your cart is empty.">
        <Link href="/" className="button">
          See the menu
        </Link>
      </Notice>
    );
  }
  const { version } = cart;
  const { total, isPending } = sums;
  const seen = version === null || total === null ? null : { version, total };
  const isShort = cart.lines.some((line) => shortOf(line, sums) !== null);
  return (
    <>
      <h1>Your cart</h1>
      <ul className="lines">
        {cart.lines.map((line) => (
          <Line key={line.sku} line={line} sums={sums} />
        ))}
      </ul>
      <p className="sum">
        <span>Total</span>
        <strong>
          {total === null && sums.error ? (
            'Not known now'
          ) : (
            <Sum amount={total} isPending={isPending} />
          )}
        </strong>
      </p>
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
      <Problem error={checkout.error ?? cart.error ?? sums.error} />
      {hasCode(checkout.error, 'carts.changed') && (
        <p className="quiet">These are its current contents. Check them, and order again.</p>
      )}
      <Shortages error={checkout.error} lines={cart.lines} />
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

function Line({ line, sums }: { line: CartLine; sums: CartSums }) {
  const cart = useCart();
  const { sku, name, quantity } = line;
  const priced = sums.ofLine(sku);
  const price = priced?.unitPrice ?? line.unitPrice;
  const short = shortOf(line, sums);
  return (
    <li className="line">
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <div className="quiet">{formatMoney(price)} each</div>
        {short !== null && (
          <div className="few">
            {short <= 0 ? 'Sold out: please remove it' : `Only ${short} left`}
          </div>
        )}
      </div>
      <Stepper
        name={name}
        quantity={quantity}
        quantityMax={Math.max(sums.availableOf(sku) ?? QUANTITY_MAX, quantity)}
        onChange={(next) => cart.setQuantity({ id: line.productId, sku, name, price }, next)}
      />
      <span className="line-total">
        <Sum amount={priced?.total ?? null} isPending={sums.isPending} />
      </span>
    </li>
  );
}

/** Returns how many units are left if the cart has more than these; null if there are enough. */
function shortOf({ sku, quantity }: CartLine, sums: CartSums): number | null {
  const available = sums.availableOf(sku);
  return available !== null && quantity > available ? available : null;
}

function hasCode(error: unknown, code: string): error is HoldfastError {
  return error instanceof HoldfastError && error.code === code;
}

interface ShortLine {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** Lists the dishes that other customers ordered first. */
function Shortages({ error, lines }: { error: unknown; lines: readonly CartLine[] }) {
  if (!hasCode(error, 'inventory.insufficient_stock')) return null;
  const shortLines = (error.problem.lines ?? []) as readonly ShortLine[];
  const findName = (sku: string) => lines.find((line) => line.sku === sku)?.name ?? sku;
  return (
    <ul className="shortages">
      {shortLines.map(({ sku, requested, available }) => (
        <li key={sku}>
          <bdi>{findName(sku)}</bdi>: you wanted {requested}, {available}{' '}
          {available === 1 ? 'is' : 'are'} left.
        </li>
      ))}
    </ul>
  );
}
