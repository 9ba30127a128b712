-- What a text is looked for by: without case and accents, and in one spelling, so that "cafe" finds "Café" in either form
-- of Unicode. Letters that have no parts are spelled as people without that key would (ø as o, ß as ss). What nobody sees
-- is left out too. It costs some ten times what lower case does, so the columns below hold what it makes of each text that
-- is searched; it changes only together with them. Most texts are ASCII, for which lower case is all of it.
create function fold_text(text) returns text
language sql immutable parallel safe
return case
  when octet_length($1) = char_length($1) then lower($1)
  else normalize(
    regexp_replace(
      replace(
        replace(
          replace(
            replace(
              translate(
                lower(normalize($1, nfkd)),
                'ẞÆŒÞØøŁłĐđÐðĦħŦŧŊŋıς',
                'ßæœþoollddddhhttnniσ'),
              'ß', 'ss'),
            'æ', 'ae'),
          'œ', 'oe'),
        'þ', 'th'),
      '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]',
      '',
      'g'),
    nfc)
end;

-- A pattern for the folded texts that contain this one, in which its own %, _ and \ mean themselves. Folded first: a wide
-- percent sign becomes a percent sign.
create function search_pattern(text) returns text
language sql immutable parallel safe
return '%' || regexp_replace(fold_text($1), '([\\%_])', '\\\1', 'g') || '%';

alter table sold_names
  drop column search_key;

alter table sold_names
  add column search_key text not null generated always as (fold_text(sku || chr(10) || name)) stored;

create index sold_names_search_key_trigrams_idx on sold_names using gin (search_key gin_trgm_ops)
  with (fastupdate = off);

alter table products
  add column search_key text not null generated always as (fold_text(sku || chr(10) || name)) stored;

alter table users
  add column folded_email text not null generated always as (fold_text(email_key)) stored,
  add column folded_name text not null generated always as (fold_text(name)) stored;

create index users_folded_email_trigrams_idx on users using gin (folded_email gin_trgm_ops)
  with (fastupdate = off);

drop index users_email_key_trigrams_idx;

-- Names that are compared or change get the spelling that the server gives new ones. Lines, history and the orders' own
-- texts stay as they were taken.
do $$
begin
  if getdatabaseencoding() = 'UTF8' then
    update products
       set name = normalize(name),
           description = normalize(description)
     where name is not normalized
        or description is not normalized;
    update users
       set name = normalize(name)
     where name is not normalized;
    update api_keys
       set name = normalize(name)
     where name is not normalized;
  end if;
end
$$;
