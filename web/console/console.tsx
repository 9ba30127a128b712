import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { helpOf, sentenceOf } from '../shared/api.ts';
import { pathOnServer } from '../shared/paths.ts';
import { useProfileQuery } from '../shared/session.ts';
import { Frame } from './frame.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { PageBoundary } from './parts/page-boundary.tsx';
import { Refusal } from './parts/refusal.tsx';
import { type Section, sectionsOf } from './sections.ts';

const BoardPage = lazy(() => import('./pages/board-page.tsx'));
const OrdersPage = lazy(() => import('./pages/orders-page.tsx'));
const OrderPage = lazy(() => import('./pages/order-page.tsx'));
const ProductsPage = lazy(() => import('./pages/products-page.tsx'));
const ProductPage = lazy(() => import('./pages/product-page.tsx'));
const PeoplePage = lazy(() => import('./pages/people-page.tsx'));
const PaymentsPage = lazy(() => import('./pages/payments-page.tsx'));
const WorkPage = lazy(() => import('./pages/work-page.tsx'));
const HealthPage = lazy(() => import('./pages/health-page.tsx'));

export function Console() {
  const { data: profile, error } = useProfileQuery();
  const [path] = useLocation();
  if (profile === undefined) return error === null ? <Waiting /> : <Away error={error} />;
  if (profile === null) return <SignInPage />;
  if (profile.role === 'customer') {
    return (
      <Refusal title="The console is for staff.">
        You are signed in as a customer. Your own orders are in{' '}
        <a href={pathOnServer('/shop/orders')}>the shop</a>.
      </Refusal>
    );
  }
  const sections = sectionsOf(profile.role);
  const has = (section: Section['id']) => sections.some(({ id }) => id === section);
  return (
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
            {has('products') && <Route path="/products" component={ProductsPage} />}
            {has('products') && (
              <Route path="/products/:id">{({ id }) => <ProductPage id={id} />}</Route>
            )}
            {has('people') && <Route path="/people" component={PeoplePage} />}
            <Route path="/payments" component={PaymentsPage} />
            {has('work') && <Route path="/work/:tab?">{({ tab }) => <WorkPage tab={tab} />}</Route>}
            {has('health') && <Route path="/health" component={HealthPage} />}
            <Route>
              <Refusal title="There is nothing here.">
                The page does not exist, or your role does not see it.
              </Refusal>
            </Route>
          </Switch>
        </Suspense>
      </PageBoundary>
    </Frame>
  );
}

function Away({ error }: { error: unknown }) {
  return (
    <Refusal title="The console cannot be opened yet.">
      {[sentenceOf(error), helpOf(error), 'It is tried again every few seconds.'].join(' ')}
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
