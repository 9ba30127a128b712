import { Link, Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import { urlOfPage } from '../shared/paths.ts';
import { useProfile, useSignOut } from '../shared/session.ts';
import { useSessionState } from '../shared/session-end.ts';
import { useCart } from './cart.ts';
import { clearOrderTokens, useOrdersWithToken } from './order-tokens.ts';
import { useOtherTabs } from './other-tabs.ts';
import { CartPage } from './pages/cart-page.tsx';
import { ForgotPage } from './pages/forgot-page.tsx';
import { MenuPage } from './pages/menu-page.tsx';
import { OrderPage } from './pages/order-page.tsx';
import { OrdersPage } from './pages/orders-page.tsx';
import { ReceiptPage } from './pages/receipt-page.tsx';
import { ResetPage } from './pages/reset-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { Notice } from './parts/notice.tsx';
import { PageBoundary } from './parts/page-boundary.tsx';
import { clearStoredTexts } from './stored-text.ts';

export function Shop() {
  useOtherTabs();
  const [path] = useLocation();
  const mustChangePassword = useProfile()?.passwordChangeRequired === true;
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <main id="content">
        <PageBoundary key={path}>
          {mustChangePassword ? <NewPasswordNotice /> : <Pages />}
        </PageBoundary>
      </main>
    </>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/cart" component={CartPage} />
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/forgot" component={ForgotPage} />
      <Route path="/reset" component={ResetPage} />
      <Route path="/orders" component={OrdersPage} />
      <Route path="/orders/:id/receipt">{({ id }) => <ReceiptPage id={id} />}</Route>
      <Route path="/orders/:id">{({ id }) => <OrderPage id={id} />}</Route>
      <Route>
        <Notice title="Page not found.">
          <Link href="/">Go to the menu</Link>
        </Notice>
      </Route>
    </Switch>
  );
}

/** Only staff have to change a password, and theirs is changed in the console. */
function NewPasswordNotice() {
  return (
    <Notice title="Choose a new password first.">
      <a href={urlOfPage('console')} className="button">
        Open the console
      </a>
    </Notice>
  );
}

/** The payment page leads back to `/shop?order=…`. */
function Home() {
  const [parameters] = useSearchParams();
  const order = parameters.get('order');
  return order === null ? <MenuPage /> : <Redirect to={`/orders/${order}`} replace />;
}

function Header() {
  const profile = useProfile();
  const session = useSessionState();
  const signOut = useSignOut();
  const isIn = Boolean(profile) && session === 'fine';
  const ordersHere = useOrdersWithToken();
  const { count } = useCart();
  return (
    <header className="top">
      <Link href="/" className="brand">
        Menu
      </Link>
      <nav aria-label="Your account">
        {(isIn || ordersHere.length > 0) && <Link href="/orders">My orders</Link>}
        {isIn ? (
          <button
            type="button"
            className="plain"
            onClick={() => {
              clearStoredTexts();
              clearOrderTokens();
              signOut.mutate();
            }}
          >
            Sign out
          </button>
        ) : (
          <Link href="/sign-in">Sign in</Link>
        )}
        <Link href="/cart" className="cart-link">
          Cart
          <span className="count" data-empty={count === 0 || undefined}>
            {count}
            <span className="unseen"> {count === 1 ? 'item' : 'items'}</span>
          </span>
        </Link>
      </nav>
    </header>
  );
}
