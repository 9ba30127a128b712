-- Ascending, because its entries arrive in ascending order: full pages instead of half-full ones. Lists read it backwards.
-- Apart from 0027: a webhook reads payments and then stores its event, and the inbox does the reverse. A migration that
-- locked both tables would wait for one of them in a circle. Dropped first, which takes the strongest lock at once.
drop index payments_created_at_id_idx;
create index payments_created_at_id_idx on payments (created_at, id);
