create table cart_items (
  customer_id uuid    not null,
  product_id  uuid    not null,
  quantity    integer not null,
  added_at    timestamptz(3) not null default now(),
  constraint cart_items_customer_id_product_id_pkey primary key (customer_id, product_id),
  constraint cart_items_customer_id_fkey foreign key (customer_id) references users (id),
  constraint cart_items_product_id_fkey foreign key (product_id) references products (id),
  constraint cart_items_quantity_check check (quantity between 1 and 10000)
);
