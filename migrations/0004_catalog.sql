create table products (
  id          uuid        not null,
  sku         text        not null,
  name        text        not null,
  description text        not null default '',
  price_minor bigint      not null,
  currency    text        not null,
  active      boolean     not null default true,
  version     integer     not null default 1,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null default now(),
  constraint products_id_pkey primary key (id),
  constraint products_sku_key unique (sku),
  constraint products_sku_check check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  constraint products_price_minor_check check (price_minor between 0 and 100000000),
  constraint products_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint products_version_check check (version >= 1)
);

create index products_name_id_idx on products (name, id);
