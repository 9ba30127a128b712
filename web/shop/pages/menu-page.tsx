import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { api, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { useTitle } from '../../shared/title.ts';
import { useCart } from '../cart.ts';
import type { Product } from '../cart-line.ts';
import { Problem } from '../parts/problem.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { Sum } from '../parts/sum.tsx';
import { type CartSums, useSums } from '../sums.ts';

const PAGE_SIZE = 60;
const QUANTITY_MAX = 99;

export function MenuPage() {
  useTitle('Menu');
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const menu = useInfiniteQuery({
    queryKey: ['products', wanted],
    queryFn: ({ pageParam }) =>
      readBody(
        api.GET('/api/products', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(wanted === '' ? {} : { search: wanted }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (previous) => previous,
  });
  const cart = useCart();
  const sums = useSums();
  const products = menu.data?.pages.flatMap(({ data }) => data);

  return (
    <>
      <h1>What would you like?</h1>
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
      {products === undefined ? (
        !menu.error && <Waiting />
      ) : (
        <ul className="menu" aria-live="polite">
          {products.map((product) => (
            <Dish key={product.id} product={product} />
          ))}
        </ul>
      )}
      {products?.length === 0 && <p className="quiet">Nothing on the menu matches “{wanted}”.</p>}
      {menu.hasNextPage && (
        <button type="button" className="more" onClick={() => menu.fetchNextPage()}>
          {menu.isFetchingNextPage ? 'Loading…' : 'Show more'}
        </button>
      )}
      {cart.count > 0 && <CartBar count={cart.count} sums={sums} />}
    </>
  );
}

function CartBar({ count, sums }: { count: number; sums: CartSums }) {
  const { total, isPending } = sums;
  return (
    <Link href="/cart" className="cart-bar">
      <span>{count === 1 ? '1 item' : `${count} items`}</span>
      <span>View cart</span>
      <Sum amount={total} isPending={isPending} />
    </Link>
  );
}

function Dish({ product }: { product: Product }) {
  const cart = useCart();
  const { available } = product.stock;
  const quantity = cart.getQuantity(product.sku);
  const soldOut = available <= 0;
  return (
    <li className={soldOut ? 'dish sold-out' : 'dish'}>
      <div>
        <h2>
          <bdi>{product.name}</bdi>
        </h2>
        {product.description !== '' && <p dir="auto">{product.description}</p>}
      </div>
      <div className="dish-foot">
        <span className="price">{formatMoney(product.price)}</span>
        {soldOut && quantity === 0 ? (
          <span className="quiet">Sold out</span>
        ) : (
          <Stepper
            name={product.name}
            quantity={quantity}
            quantityMax={Math.min(available, QUANTITY_MAX)}
            onChange={(next) => cart.setQuantity(product, next)}
          />
        )}
      </div>
      {!soldOut && available <= 5 && <p className="few">Only {available} left</p>}
    </li>
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
