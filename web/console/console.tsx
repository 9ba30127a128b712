import { Center, Loader } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { describeError, findErrorHelp } from '../shared/api.ts';
import { lazyPage } from '../shared/lazy-page.ts';
import { urlOfPage } from '../shared/paths.ts';
import { type Profile, useProfileQuery, useSessionElsewhere } from '../shared/session.ts';
import { RecoveryCodesDialog } from './account/recovery-codes-dialog.tsx';
import { Frame } from './frame.tsx';
import { RequiredPasswordPage } from './pages/required-password-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { PageBoundary } from './parts/page-boundary.tsx';
import { Refusal } from './parts/refusal.tsx';
import { StepUpDialog } from './parts/step-up-dialog.tsx';
import { listSections, type Section } from './sections.ts';

const BoardPage = lazyPage(() => import('./pages/board-page.tsx'));
const OrdersPage = lazyPage(() => import('./pages/orders-page.tsx'));
const OrderPage = lazyPage(() => import('./pages/order-page.tsx'));
const NewOrderPage = lazyPage(() => import('./pages/new-order-page.tsx'));
const OrderSheetPage = lazyPage(() => import('./pages/order-sheet-page.tsx'));
const ProductsPage = lazyPage(() => import('./pages/products-page.tsx'));
const ProductPage = lazyPage(() => import('./pages/product-page.tsx'));
const PricesPage = lazyPage(() => import('./pages/prices-page.tsx'));
const ModifierGroupPage = lazyPage(() => import('./pages/modifier-group-page.tsx'));
const ShopPage = lazyPage(() => import('./pages/shop-page.tsx'));
const PeoplePage = lazyPage(() => import('./pages/people-page.tsx'));
const AuditPage = lazyPage(() => import('./pages/audit-page.tsx'));
const KeysPage = lazyPage(() => import('./pages/keys-page.tsx'));
const PaymentsPage = lazyPage(() => import('./pages/payments-page.tsx'));
const WorkPage = lazyPage(() => import('./pages/work-page.tsx'));
const AccountPage = lazyPage(() => import('./pages/account-page.tsx'));
const RequiredFactorPage = lazyPage(() => import('./pages/required-factor-page.tsx'));
const ForgotPage = lazyPage(() => import('./pages/forgot-page.tsx'));
const ResetPage = lazyPage(() => import('./pages/reset-page.tsx'));
const EmailUndoPage = lazyPage(() => import('./pages/email-undo-page.tsx'));
const HealthPage = lazyPage(() => import('./pages/health-page.tsx'));

export function Console() {
  useSessionElsewhere();
  return (
    <Switch>
      {/* For anybody: links of mails lead there. */}
      <Route path="/forgot">
        <Unframed>
          <ForgotPage />
        </Unframed>
      </Route>
      <Route path="/reset">
        <Unframed>
          <ResetPage />
        </Unframed>
      </Route>
      <Route path="/email-undo">
        <Unframed>
          <EmailUndoPage />
        </Unframed>
      </Route>
      <Route component={SignedIn} />
    </Switch>
  );
}

/** A page that is loaded when it is needed, outside the frame. */
function Unframed({ children }: { children: ReactNode }) {
  return (
    <PageBoundary>
      <Suspense fallback={<Waiting />}>{children}</Suspense>
    </PageBoundary>
  );
}

function SignedIn() {
  const { data: profile, error } = useProfileQuery();
  if (profile === undefined) return error === null ? <Waiting /> : <Unreachable error={error} />;
  if (profile === null) return <SignInPage />;
  if (profile.role === 'customer') {
    return (
      <Refusal title="The console is for staff.">
        You are signed in as a customer. Your own orders are in{' '}
        <a href={urlOfPage('shop', '/orders')}>the shop</a>.
      </Refusal>
    );
  }
  return (
    <>
      <Content profile={profile} />
      <StepUpDialog />
      <RecoveryCodesDialog email={profile.email} />
    </>
  );
}

function Content({ profile }: { profile: Profile }) {
  if (profile.passwordChangeRequired) return <RequiredPasswordPage profile={profile} />;
  if (profile.factorRequired) {
    return (
      <Unframed>
        <RequiredFactorPage profile={profile} />
      </Unframed>
    );
  }
  return <Pages profile={profile} />;
}

function Pages({ profile }: { profile: Profile }) {
  const [path] = useLocation();
  const sections = listSections(profile.role);
  const hasRole = (section: Section['id']) => sections.some(({ id }) => id === section);
  const framed = (
    <Frame profile={profile} sections={sections}>
      <PageBoundary key={path}>
        <Suspense fallback={<Waiting />}>
          <Switch>
            <Route path="/">
              <Redirect to="/board" replace />
            </Route>
            <Route path="/board" component={BoardPage} />
            <Route path="/orders" component={OrdersPage} />
            <Route path="/orders/:id">{({ id }) => <OrderPage id={id} />}</Route>
            {hasRole('new-order') && <Route path="/new-order" component={NewOrderPage} />}
            {hasRole('products') && <Route path="/products" component={ProductsPage} />}
            {hasRole('products') && (
              <Route path="/products/:id">{({ id }) => <ProductPage id={id} />}</Route>
            )}
            {hasRole('prices') && (
              <Route path="/prices/modifiers/:id">
                {({ id }) => <ModifierGroupPage id={id} />}
              </Route>
            )}
            {hasRole('prices') && (
              <Route path="/prices/:tab?">{({ tab }) => <PricesPage tab={tab} />}</Route>
            )}
            {hasRole('shop') && <Route path="/shop" component={ShopPage} />}
            {hasRole('people') && <Route path="/people" component={PeoplePage} />}
            {hasRole('audit') && <Route path="/audit" component={AuditPage} />}
            {hasRole('keys') && <Route path="/keys" component={KeysPage} />}
            <Route path="/payments" component={PaymentsPage} />
            {hasRole('work') && (
              <Route path="/work/:tab?">{({ tab }) => <WorkPage tab={tab} />}</Route>
            )}
            <Route path="/account" component={AccountPage} />
            {hasRole('health') && <Route path="/health" component={HealthPage} />}
            <Route>
              <Refusal title="Page not found.">
                The page does not exist, or your role has no access to it.
              </Refusal>
            </Route>
          </Switch>
        </Suspense>
      </PageBoundary>
    </Frame>
  );
  return (
    <Switch>
      <Route path="/orders/:id/:sheet">
        {({ id, sheet }) => (
          <PageBoundary key={path}>
            <Suspense fallback={<Waiting />}>
              <OrderSheetPage id={id} sheet={sheet} />
            </Suspense>
          </PageBoundary>
        )}
      </Route>
      <Route>{framed}</Route>
    </Switch>
  );
}

function Unreachable({ error }: { error: unknown }) {
  return (
    <Refusal title="The console is not available yet.">
      {[describeError(error), findErrorHelp(error), 'Retrying every few seconds.'].join(' ')}
    </Refusal>
  );
}

function Waiting() {
  return (
    <Center h="60vh">
      <Loader role="status" aria-label="Loading" />
    </Center>
  );
}
