-- Items of a cart have modifiers and a note, so a cart may have several items of one product. They are told apart by an
-- id. A cart has terms: what its order will state besides its lines.

alter table cart_items
  add column id uuid,
  add column modifiers jsonb,
  add column note text,
  drop constraint cart_items_customer_id_product_id_pkey,
  add constraint cart_items_modifiers_check check (
    jsonb_typeof(modifiers) = 'object' and modifiers <> '{}'),
  add constraint cart_items_note_check check (length(note) between 1 and 200);

-- A UUIDv7 of the time at which the item was added.
update cart_items
   set id = (substr(time.digits, 1, 8) || '-' || substr(time.digits, 9) || '-7'
             || substr(gen_random_uuid()::text, 16))::uuid
  from (select ctid as row,
               lpad(to_hex((extract(epoch from added_at) * 1000)::bigint), 12, '0') as digits
          from cart_items) as time
 where cart_items.ctid = time.row;

alter table cart_items
  alter column id set not null,
  add constraint cart_items_id_pkey primary key (id);

-- Two items are equal if product, modifiers and note are. `modifiers` has the quantity by code: jsonb has one spelling for
-- equal objects. Its hash, because fifty codes are too long for an index; a code contains nothing that bytea would escape.
create unique index cart_items_selection_key on cart_items
  (customer_id, product_id, sha256(modifiers::text::bytea), note) nulls not distinct;

-- Null means not stated.
alter table carts
  add column discount_codes text[],
  add column tip_minor bigint,
  add column note text,
  add column fulfilment jsonb,
  add constraint carts_discount_codes_check check (cardinality(discount_codes) between 1 and 5),
  add constraint carts_tip_minor_check check (tip_minor between 0 and 100000000),
  add constraint carts_note_check check (length(note) between 1 and 500),
  add constraint carts_fulfilment_check check (jsonb_typeof(fulfilment) = 'object');
