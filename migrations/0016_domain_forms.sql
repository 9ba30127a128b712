-- A domain is one whether it is written in Unicode or in ASCII by Punycode (xn--…), and the key of an address has the
-- Unicode form from now on. Keys in the other form are rewritten here.

-- The letters that a label stands for; the label itself when it stands for none, or for what no address may hold.
-- Source: RFC 3492 §6.2.
create function pg_temp.decoded_label(label text)
returns text
language plpgsql
as $$
declare
  digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
  rest text := substr(label, 5);
  basic text := coalesce(substring(rest from '^(.*)-'), '');
  output text := basic;
  n integer := 128;
  i integer := 0;
  bias integer := 72;
  place integer := case when rest ~ '-' then length(basic) + 2 else 1 end;
  previous integer;
  weight integer;
  digit integer;
  threshold integer;
  k integer;
  delta integer;
begin
  while place <= length(rest) loop
    previous := i;
    weight := 1;
    k := 36;
    loop
      if place > length(rest) then
        return label;
      end if;
      digit := strpos(digits, substr(rest, place, 1)) - 1;
      if digit < 0 then
        return label;
      end if;
      place := place + 1;
      i := i + digit * weight;
      threshold := least(greatest(k - bias, 1), 26);
      exit when digit < threshold;
      weight := weight * (36 - threshold);
      k := k + 36;
    end loop;
    delta := (i - previous) / case when previous = 0 then 700 else 2 end;
    delta := delta + delta / (length(output) + 1);
    k := 0;
    while delta > 455 loop
      delta := delta / 35;
      k := k + 36;
    end loop;
    bias := k + 36 * delta / (delta + 38);
    n := n + i / (length(output) + 1);
    i := i % (length(output) + 1);
    output := overlay(output placing chr(n) from i + 1 for 0);
    i := i + 1;
  end loop;
  -- Signs, emoji and what joins them stay in ASCII, as do capitals and compositions, which are no domain.
  if output = basic
     or output ~ '[\u2000-\u2bff\u3000-\u3004\ufe00-\ufe0f\U0001f000-\U0001faff]'
     or output <> lower(normalize(output, nfkc)) then
    return label;
  end if;
  return output;
exception
  -- No such character, or a database that is not in UTF-8.
  when others then
    return label;
end
$$;

do $$
declare
  known record;
  wanted text;
  other record;
begin
  for known in
    select id, email, email_key, disabled_at
      from users
     where email_key ~ '[@.]xn--'
     order by disabled_at is not null, created_at, id
  loop
    select regexp_replace(known.email_key, '[^@]*$', '') || string_agg(
             case when label like 'xn--%' then pg_temp.decoded_label(label) else label end,
             '.'
             order by place)
      into wanted
      from unnest(string_to_array(regexp_replace(known.email_key, '^.*@', ''), '.'))
           with ordinality as labels (label, place);
    continue when wanted = known.email_key;
    select id, email, disabled_at
      into other
      from users
     where email_key = wanted;
    if other.id is null then
      update users
         set email_key = wanted
       where id = known.id;
      continue;
    end if;
    -- Both stay, and one of them is found by the address: who can sign in before who cannot, then the one in Unicode.
    if known.disabled_at is null and other.disabled_at is not null then
      update users
         set email_key = known.email_key || ' '
       where id = other.id;
      update users
         set email_key = wanted
       where id = known.id;
      update users
         set email_key = known.email_key
       where id = other.id;
      raise warning 'two users have the address %: % signs in by it, and % (disabled) has been kept without it',
        wanted, known.id, other.id;
    else
      raise warning 'two users have the address %: % signs in by it, and % has been kept but cannot sign in any more',
        wanted, other.id, known.id;
    end if;
  end loop;
end
$$;

drop function pg_temp.decoded_label(text);
