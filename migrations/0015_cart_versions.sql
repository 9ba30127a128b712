-- The version of a cart rises with each change, so that a checkout can say which one was seen. A cart without a row has
-- version 1.
create table carts (
  customer_id uuid    not null,
  version     integer not null,
  constraint carts_customer_id_pkey primary key (customer_id),
  constraint carts_customer_id_fkey foreign key (customer_id) references users (id),
  constraint carts_version_check check (version > 1)
);
