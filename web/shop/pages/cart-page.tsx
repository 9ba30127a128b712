import '../checkout/cart.css';
import { Link } from 'wouter';
import { Bill } from '../../shared/bill.tsx';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { type CartAccess, useCart } from '../cart.ts';
import { getItemKey } from '../cart-line.ts';
import { CodeField } from '../checkout/code-field.tsx';
import { FulfilmentField } from '../checkout/fulfilment-field.tsx';
import { LineField } from '../checkout/line-field.tsx';
import { describeObstacle } from '../checkout/obstacle.ts';
import { Shortages } from '../checkout/shortages.tsx';
import { TipField } from '../checkout/tip-field.tsx';
import { useCheckout } from '../checkout/use-checkout.ts';
import { useFulfilment } from '../checkout/use-fulfilment.ts';
import { Notice } from '../parts/notice.tsx';
import { hasCode, Problem } from '../parts/problem.tsx';
import { useStoredText } from '../stored-text.ts';
import { useSums } from '../sums.ts';

const NOTE_MAX = 500;

export function CartPage() {
  useTitle('Your cart');
  const cart = useCart();
  if (cart.lines.length > 0) return <FullCart cart={cart} />;
  if (cart.isLoading) {
    // As wide as a full cart, so that nothing moves when it arrives.
    return (
      <div className="cart" aria-busy="true">
        <h1>Your cart</h1>
      </div>
    );
  }
  return (
    <Notice title="Your cart is empty.">
      <Link href="/" className="button">
        See the menu
      </Link>
    </Notice>
  );
}

function FullCart({ cart }: { cart: CartAccess }) {
  const profile = useProfile();
  const sums = useSums();
  const fulfilment = useFulfilment(cart);
  const { text, setText } = useStoredText('note');
  const note = text ?? cart.note ?? '';
  const checkout = useCheckout({
    note,
    hasNote: cart.note !== null,
    onOrdered: () => setText(null),
  });

  const { bill, refusals } = sums;
  const isPending = sums.isPending || (fulfilment.isComplete && !fulfilment.isSaved);
  const troubles = cart.lines.map((line, index) => sums.troubleOf(line, index));
  const obstacle = describeObstacle({ refusals, troubles, fulfilment });
  const { version } = cart;
  const seen = version === null || bill === null ? null : { version, total: bill.total };
  const canOrder = obstacle === null && fulfilment.isSaved && seen !== null;
  return (
    <div className="cart">
      <h1>Your cart</h1>
      <ul className="cart-lines">
        {cart.lines.map((line, index) => (
          <LineField
            key={getItemKey(line)}
            line={line}
            cart={cart}
            sums={sums}
            trouble={troubles[index] ?? null}
          />
        ))}
      </ul>
      <div className="cart-terms">
        <FulfilmentField fulfilment={fulfilment} />
        <label className="field">
          <span>A note for the kitchen</span>
          <textarea
            rows={2}
            maxLength={NOTE_MAX}
            dir="auto"
            placeholder="Allergies, or no coriander"
            value={note}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <CodeField cart={cart} refusals={refusals} />
        {bill !== null && (
          <TipField
            subtotal={bill.subtotal}
            tip={cart.terms.tip}
            onChange={(tip) => cart.changeTerms({ tip })}
          />
        )}
      </div>
      <section className="cart-end" aria-label="What it costs">
        {bill !== null ? (
          <Bill bill={bill} isPending={isPending} />
        ) : (
          <p className="sum">
            <span>Total</span>
            <strong>{sums.error ? 'Not known now' : '…'}</strong>
          </p>
        )}
        <Problem error={checkout.error ?? cart.error ?? sums.error} />
        {hasCode(checkout.error, 'carts.changed') && (
          <p className="quiet">These are its current contents. Check them, and order again.</p>
        )}
        <Shortages error={checkout.error} lines={cart.lines} />
        <p className="obstacle" role="status">
          {obstacle}
        </p>
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
            disabled={checkout.isPending || !canOrder}
            onClick={() => seen !== null && checkout.mutate(seen)}
          >
            {checkout.isPending ? 'Placing your order…' : 'Order and pay'}
          </button>
        )}
      </section>
    </div>
  );
}
