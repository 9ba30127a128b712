import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { useTitle } from '../../shared/title.ts';
import { type CartAccess, useCart } from '../cart.ts';
import { FulfilmentBar } from '../fulfilment/fulfilment-bar.tsx';
import { ShopState } from '../fulfilment/shop-state.tsx';
import { Dish } from '../menu/dish.tsx';
import { SectionBar } from '../menu/section-bar.tsx';
import { buildSections, type Section } from '../menu/sections.ts';
import { useMenu } from '../menu/use-menu.ts';
import { Problem } from '../parts/problem.tsx';
import { Sum } from '../parts/sum.tsx';
import { type CartSums, useSums } from '../sums.ts';
import { useShopSettings } from '../times/use-shop-settings.ts';

export function MenuPage() {
  useTitle('Menu');
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const menu = useMenu(wanted);
  const cart = useCart();
  const sums = useSums();
  const shop = useShopSettings();
  const { products } = menu;
  const sections = buildSections(products ?? []);

  // What it states comes above the menu, which must not move when it arrives.
  if (shop.data === undefined && shop.error === null) {
    return (
      <h1 className="menu-title" aria-busy="true">
        What would you like?
      </h1>
    );
  }
  return (
    <>
      <h1 className="menu-title">What would you like?</h1>
      {shop.data !== undefined && (
        <>
          <ShopState shop={shop.data} />
          <FulfilmentBar shop={shop.data} cart={cart} />
        </>
      )}
      <input
        type="search"
        className="search"
        placeholder="Search the menu"
        aria-label="Search the menu"
        maxLength={200}
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      {menu.error ? (
        <Problem error={menu.error} onRetry={() => menu.refetch()} />
      ) : (
        <Problem error={cart.error ?? sums.error} />
      )}
      {sections.length > 1 && <SectionBar sections={sections} />}
      {products === undefined
        ? !menu.error && <Waiting />
        : sections.map((section) => (
            <MenuSection
              key={section.id}
              section={section}
              isOnly={sections.length === 1}
              cart={cart}
            />
          ))}
      <p className="quiet" role="status">
        {products?.length === 0 && describeNothing(wanted)}
      </p>
      {menu.hasMore && (
        <button type="button" className="more" onClick={() => menu.fetchNextPage()}>
          {menu.isFetchingNextPage ? 'Loading…' : 'Show more'}
        </button>
      )}
      {cart.count > 0 && <CartBar count={cart.count} sums={sums} />}
    </>
  );
}

function describeNothing(search: string): string {
  return search === '' ? 'The menu is empty.' : `Nothing on the menu matches “${search}”.`;
}

interface MenuSectionProps {
  readonly section: Section;
  /** The menu has no other section. */
  readonly isOnly: boolean;
  readonly cart: CartAccess;
}

function MenuSection({ section: { id, name, products }, isOnly, cart }: MenuSectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-name`} className="menu-section">
      <h2 id={`${id}-name`} className={name === null && isOnly ? 'unseen' : undefined}>
        <bdi>{name ?? (isOnly ? 'Menu' : 'More')}</bdi>
      </h2>
      <ul className="menu">
        {products.map((product) => (
          <Dish key={product.id} product={product} cart={cart} />
        ))}
      </ul>
    </section>
  );
}

function CartBar({ count, sums }: { count: number; sums: CartSums }) {
  const { bill, isPending } = sums;
  return (
    <Link href="/cart" className="cart-bar">
      <span>{count === 1 ? '1 item' : `${count} items`}</span>
      <span>View cart</span>
      <Sum amount={bill?.total ?? null} isPending={isPending} />
    </Link>
  );
}

/** Shows placeholders of the dishes' size, so that nothing moves when they arrive. */
function Waiting() {
  return (
    <ul className="menu" aria-busy="true" aria-label="The menu is loading">
      {Array.from({ length: 8 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <li key={place} className="dish waiting" />
      ))}
    </ul>
  );
}
