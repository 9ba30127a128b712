-- A finished job is deleted together with its effect, instead of being kept as done: the cursor of the relay, moved in the
-- transaction that writes the jobs, is what keeps an event from causing them twice (decision 0027).

-- The version before moved the cursor in a transaction of its own, after that of the jobs. Where it ended in between, jobs
-- that are deleted here would be created again. One transaction wrote the jobs of all events up to the last of a batch, so
-- the relay is past each event that has a job which only the relay creates.
update log_readers as reader
   set position = done.position,
       moved_at = clock_timestamp()
  from (select max(events.position) as position
          from events
          join jobs on jobs.event_id = events.id
         where events.position > coalesce((select position from log_readers where name = 'relay'), 0)
           and jobs.name in ('notifications.send-mail', 'orders.place-queued')) as done
 where reader.name = 'relay'
   and done.position > reader.position;

delete from jobs
 where state = 'done';

drop index jobs_ended_at_done_idx;

-- Most rows are never updated any more.
alter table jobs reset (fillfactor);

alter table jobs
  drop constraint jobs_state_check,
  drop constraint jobs_ended_at_check,
  add constraint jobs_state_check check (state in ('waiting', 'running', 'dead')),
  add constraint jobs_ended_at_check check ((state = 'dead') = (ended_at is not null));

create or replace view inv_order_queue_jobs as
select queued_orders.order_id::text as id,
       'it waits, and no job will have it placed' as detail
  from queued_orders
  join events
    on events.order_id = queued_orders.order_id
   and events.type = 'order.queued'
  join log_readers
    on log_readers.name = 'relay'
   and log_readers.position >= events.position
 where not exists (
   select
     from jobs
    where jobs.event_id = events.id
      and jobs.name = 'orders.place-queued');

delete from schedules
 where name = 'jobs.purge-done';
