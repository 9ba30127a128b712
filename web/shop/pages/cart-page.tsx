import '../checkout/cart.css';
import { Link } from 'wouter';
import { Bill } from '../../shared/bill.tsx';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useNow } from '../../shared/use-now.ts';
import { type CartAccess, useCart } from '../cart.ts';
import { getItemKey } from '../cart-line.ts';
import { CodeField } from '../checkout/code-field.tsx';
import { describeMissingGuest, GuestField } from '../checkout/guest-field.tsx';
import { LineField } from '../checkout/line-field.tsx';
import { describeObstacle } from '../checkout/obstacle.ts';
import { Shortages } from '../checkout/shortages.tsx';
import { TipField } from '../checkout/tip-field.tsx';
import { useCheckout } from '../checkout/use-checkout.ts';
import { WrongDetails } from '../checkout/wrong-details.tsx';
import { ContactFields } from '../fulfilment/contact-fields.tsx';
import type { Draft } from '../fulfilment/draft.ts';
import { FulfilmentField } from '../fulfilment/fulfilment-field.tsx';
import { ShopState } from '../fulfilment/shop-state.tsx';
import { useFulfilment } from '../fulfilment/use-fulfilment.ts';
import { Notice } from '../parts/notice.tsx';
import { hasCode, Problem } from '../parts/problem.tsx';
import { useSums } from '../sums.ts';
import type { ShopSettings } from '../times/openings.ts';
import { findTimeTrouble } from '../times/time-trouble.ts';
import { TimeTroubleNote } from '../times/time-trouble-note.tsx';
import { useShopSettings } from '../times/use-shop-settings.ts';
import { useTypedText } from '../typed-text.ts';

const NOTE_MAX = 500;
const NOW_MS = 30_000;

export function CartPage() {
  useTitle('Your cart');
  const cart = useCart();
  const shop = useShopSettings();
  if (cart.lines.length > 0 && shop.data !== undefined) {
    return <FullCart cart={cart} shop={shop.data} />;
  }
  if (cart.lines.length > 0 && shop.error !== null) {
    return <Problem error={shop.error} onRetry={() => shop.refetch()} />;
  }
  if (cart.isLoading || cart.lines.length > 0) {
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

function FullCart({ cart, shop }: { cart: CartAccess; shop: ShopSettings }) {
  const profile = useProfile();
  const sums = useSums();
  const now = new Date(useNow(NOW_MS));
  const fulfilment = useFulfilment(cart, shop);
  const typedNote = useTypedText('note');
  const typedEmail = useTypedText('email');
  const note = typedNote.text ?? cart.note ?? '';
  const email = typedEmail.text ?? '';
  const checkout = useCheckout({ cart, note, onOrdered: () => typedNote.setText(null) });

  const { bill, refusals } = sums;
  const { draft, missing, isSaved } = fulfilment;
  const isPending = sums.isPending || (missing === null && !isSaved);
  const troubles = cart.lines.map((line, index) => sums.troubleOf(line, index));
  const isGuest = profile === null && shop.guestCheckout;
  const obstacle =
    describeObstacle({ refusals, troubles, fulfilment, shop, now }) ??
    (isGuest ? describeMissingGuest(email, draft.name) : null);
  const seen = findSeen();
  const canOrder = obstacle === null && isSaved && seen !== null;
  const change = (changes: Partial<Draft>) => {
    checkout.reset();
    fulfilment.change(changes);
  };
  const refusal = hasCode(checkout.error) ? [checkout.error.problem] : [];
  const lateTrouble = findTimeTrouble(refusal, shop, now);
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
        <ShopState shop={shop} />
        <FulfilmentField
          shop={shop}
          fulfilment={{ ...fulfilment, change }}
          // A pause refuses every time.
          trouble={isSaved && shop.acceptingOrders ? findTimeTrouble(refusals, shop, now) : null}
        />
        {isGuest ? (
          <GuestField
            email={email}
            fulfilment={{ ...fulfilment, change }}
            onEmail={(text) => {
              checkout.reset();
              typedEmail.setText(text);
            }}
          />
        ) : (
          // At a table, nobody has to be asked for.
          (draft.type !== 'DINE_IN' || missing === 'phone') && (
            <fieldset>
              <legend>Whom to ask for</legend>
              <ContactFields draft={draft} isPhoneWrong={missing === 'phone'} onChange={change} />
            </fieldset>
          )
        )}
        <label className="field">
          <span>A note for the kitchen</span>
          <textarea
            rows={2}
            maxLength={NOTE_MAX}
            dir="auto"
            placeholder="Allergies, or no coriander"
            value={note}
            onChange={({ target }) => typedNote.setText(target.value)}
          />
        </label>
        <CodeField cart={cart} refusals={refusals} />
        {bill !== null && (
          <TipField
            percents={shop.tipPercents}
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
        {bill !== null && fulfilment.missing === 'address' && (
          <p className="quiet">The cost of delivery is added once the address is known.</p>
        )}
        {lateTrouble === null ? (
          <Problem error={checkout.error ?? cart.error ?? sums.error} />
        ) : (
          <TimeTroubleNote
            trouble={lateTrouble}
            timeZone={shop.timeZone}
            now={now}
            onChoose={(requestedFor) => change({ requestedFor })}
          />
        )}
        {hasCode(checkout.error, 'carts.changed') && (
          <p className="quiet">These are its current contents. Check them, and order again.</p>
        )}
        <Shortages error={checkout.error} lines={cart.lines} />
        <WrongDetails error={checkout.error ?? cart.error} />
        <p className="obstacle" role="status">
          {lateTrouble === null && obstacle}
        </p>
        {profile === null && !isGuest ? (
          <Link href="/sign-in?then=/cart" className="button wide">
            Sign in to order
          </Link>
        ) : !isGuest && profile?.role !== 'customer' ? (
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

  /** Returns what is on the screen and can be ordered as it is. */
  function findSeen() {
    if (bill === null) return null;
    const { total } = bill;
    if (isGuest) {
      return isPending ? null : { total, guest: { email: email.trim(), name: draft.name.trim() } };
    }
    return cart.version === null ? null : { total, version: cart.version };
  }
}
