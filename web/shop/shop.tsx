import { Suspense } from 'react';
import { Link, Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import { lazyPage } from '../shared/lazy-page.ts';
import { urlOfPage } from '../shared/paths.ts';
import { useProfile, useSignOut } from '../shared/session.ts';
import { useSessionState } from '../shared/session-end.ts';
import { useCart } from './cart.ts';
import { useOrdersWithToken } from './order-tokens.ts';
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

/** Rarely needed, and by no guest who orders. */
const AccountPage = lazyPage(() => import('./pages/account-page.tsx'));
const VerifyPage = lazyPage(() => import('./pages/verify-page.tsx'));
const EmailUndoPage = lazyPage(() => import('./pages/email-undo-page.tsx'));

export function Shop() {
  useOtherTabs();
  const [path] = useLocation();
  const session = useSessionState();
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <main id="content">
        {session === 'ended' && <SessionEnded path={path} />}
        {/* With the session, what was typed into a page ends, too. */}
        <PageBoundary key={`${session} ${path}`}>
          <Suspense fallback={<p className="quiet">Loading…</p>}>
            <Pages />
          </Suspense>
        </PageBoundary>
      </main>
    </>
  );
}

function SessionEnded({ path }: { path: string }) {
  return (
    <div className="problem" role="alert">
      <strong>Your session has ended.</strong>
      {path !== '/sign-in' && (
        <>
          <p>Sign in again to continue. Your account keeps its cart.</p>
          <Link href={`/sign-in?then=${path}`} className="button">
            Sign in
          </Link>
        </>
      )}
    </div>
  );
}

function Pages() {
  const profile = useProfile();
  if (profile?.passwordChangeRequired)
    return <ConsoleNotice title="Choose a new password first." />;
  if (profile?.factorRequired) return <ConsoleNotice title="Set up a second factor first." />;
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/cart" component={CartPage} />
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/forgot" component={ForgotPage} />
      <Route path="/reset" component={ResetPage} />
      <Route path="/verify" component={VerifyPage} />
      <Route path="/email-undo" component={EmailUndoPage} />
      <Route path="/account" component={AccountPage} />
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

/** Only staff have to change a password or set up a factor, and they do so in the console. */
function ConsoleNotice({ title }: { title: string }) {
  return (
    <Notice title={title}>
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
  const signOut = useSignOut();
  const isIn = Boolean(profile);
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
          <>
            <Link href="/account" className="account-link" aria-label="Account">
              <PersonIcon />
            </Link>
            <button type="button" className="plain sign-out" onClick={() => signOut.mutate()}>
              Sign out
            </button>
          </>
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

/** A word would be one too many for the header of a phone. */
function PersonIcon() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <circle cx="12" cy="8" r="4" />
      <path d="M4 20c0-4 3.6-6 8-6s8 2 8 6" />
    </svg>
  );
}
