-- The procedure history_collect() keeps what is due, in the tables of ../tables.sql.
--
-- Each thing is asked for in a transaction of its own, which also notes in history_request
-- that it was: a run that is killed loses one call. What fails is noted with its error, and
-- the others go on. A second run at the same time ends at once. So does a run after 25
-- minutes; the next one goes on.
create or replace procedure history_collect()
language plpgsql
as $$
declare
  due record;
  asked timestamptz;
  since timestamptz;
  acting text;
  reason text;
  requests bigint := 0;
  failures bigint := 0;
  before bigint;
  deadline timestamptz := clock_timestamp() + interval '25 minutes';
begin
  -- The values of the variables reach the plugin as constants.
  set plan_cache_mode = force_custom_plan;
  if not pg_try_advisory_lock(hashtext('history_collect')) then
    return;
  end if;
  -- One round finds meetings, and the next ones what is then due of them.
  for round in 1..5 loop
    before := requests;
    for due in select d.kind, d.id from history_due as d order by d.step, d.kind, d.id loop
      exit when clock_timestamp() > deadline;
      requests := requests + 1;
      asked := date_trunc('second', clock_timestamp());
      reason := null;
      begin
        case due.kind
        when 'ongoing' then
          insert into history_meeting (conference_id, biz_type_name, creator_id, creator_nick, room_code, seen_time, start_time, status_name, title)
          select c.conference_id, c.biz_type_name, c.creator_id, c.creator_nick, c.room_code, asked, c.start_time, 'in_progress', c.title
          from dingtalk_ongoing_conference as c
          on conflict (conference_id) do update set seen_time = excluded.seen_time, status_name = excluded.status_name
          where not history_meeting.complete;
        when 'schedule' then
          insert into history_meeting (conference_id, end_time, room_code, schedule_conference_id, seen_time, start_time, status_name, title)
          select c.conference_id, case when c.status_name = 'ended' then c.end_time end, c.room_code, c.schedule_conference_id, asked, c.start_time, c.status_name, c.title
          from dingtalk_schedule_conference as c
          where c.schedule_conference_id = due.id and c.status_name in ('in_progress', 'ended')
          on conflict (conference_id) do update set end_time = excluded.end_time, seen_time = excluded.seen_time, status_name = excluded.status_name
          where not history_meeting.complete;
        when 'calendar' then
          -- From a day before the last answer on, at first a week: events are also written
          -- into a calendar after they were held.
          since := coalesce(
            (select r.answered_time - interval '1 day' from history_request as r where r.kind = due.kind and r.id = due.id),
            asked - interval '7 days');
          insert into history_event (event_id, start_time, end_time, organizer_id, room_code, title)
          select e.id, e.start_time, coalesce(e.end_time, e.start_time), e.organizer_id, e.room_code, e.title
          from dingtalk_calendar_event as e
          where e.union_id = due.id and e.start_time >= since and e.start_time < asked
          and e.room_code is not null and coalesce(e.status, '') <> 'cancelled'
          on conflict (event_id, start_time) do nothing;
        when 'number' then
          -- The meetings under the number that began between half an hour before an event
          -- and two hours after it.
          with held as materialized (
            select c.conference_id, c.biz_type_name, c.creator_id, c.creator_nick, c.end_time, c.room_code, c.schedule_conference_id, c.start_time, c.status_name, c.title
            from dingtalk_conference as c
            where c.room_code = due.id
          )
          insert into history_meeting (conference_id, biz_type_name, creator_id, creator_nick, end_time, room_code, schedule_conference_id, seen_time, start_time, status_name, title)
          select h.conference_id, h.biz_type_name, h.creator_id, h.creator_nick, h.end_time, h.room_code, h.schedule_conference_id, asked, h.start_time, h.status_name, h.title
          from held as h
          where h.status_name in ('in_progress', 'ended') and exists (
            select 1 from history_event as e where e.room_code = due.id
            and h.start_time between e.start_time - interval '30 minutes' and e.end_time + interval '2 hours')
          on conflict (conference_id) do update set end_time = excluded.end_time, seen_time = excluded.seen_time, status_name = excluded.status_name
          where not history_meeting.complete;
        when 'meeting' then
          insert into history_meeting (conference_id, attend_num, biz_type_name, cloud_record_owner_union_id, cloud_record_status_name, complete, creator_id, creator_nick, end_time, invited_num, room_code, schedule_conference_id, seen_time, start_time, status_name, title)
          select c.conference_id, c.attend_num, c.biz_type_name, c.cloud_record_owner_union_id, c.cloud_record_status_name, coalesce(c.status_name = 'ended', false), c.creator_id, c.creator_nick, c.end_time, c.invited_num, c.room_code, c.schedule_conference_id, asked, c.start_time, coalesce(c.status_name, 'unknown'), c.title
          from dingtalk_conference as c
          where c.conference_id = due.id
          on conflict (conference_id) do update set
            attend_num = excluded.attend_num, biz_type_name = excluded.biz_type_name,
            cloud_record_owner_union_id = excluded.cloud_record_owner_union_id, cloud_record_status_name = excluded.cloud_record_status_name,
            complete = excluded.complete, creator_id = excluded.creator_id, creator_nick = excluded.creator_nick,
            end_time = coalesce(excluded.end_time, history_meeting.end_time), invited_num = excluded.invited_num, room_code = excluded.room_code,
            schedule_conference_id = coalesce(excluded.schedule_conference_id, history_meeting.schedule_conference_id),
            start_time = excluded.start_time, status_name = excluded.status_name, title = excluded.title;
          select 'DingTalk did not return it as ended' into reason
          from history_meeting as m where m.conference_id = due.id and not m.complete;
        when 'members' then
          insert into history_member (conference_id, number, attend_status_name, co_host, duration_seconds, host, job_number, join_time, leave_time, outer_org_member, pstn_join, union_id, user_nick)
          select m.conference_id, row_number() over (), m.attend_status_name, m.co_host, m.duration_seconds, m.host, m.job_number, m.join_time, m.leave_time, m.outer_org_member, m.pstn_join, m.union_id, m.user_nick
          from dingtalk_conference_member as m
          where m.conference_id = due.id;
          if not found then
            reason := 'DingTalk returned no members';
          end if;
        when 'recordings' then
          select coalesce(m.cloud_record_owner_union_id, m.creator_id) into acting
          from history_meeting as m where m.conference_id = due.id;
          insert into history_recording (conference_id, number, duration_seconds, end_time, file_size, media_id, record_id, record_type_name, region_id, start_time, union_id)
          select r.conference_id, row_number() over (), r.duration_seconds, r.end_time, r.file_size, r.media_id, r.record_id, r.record_type_name, r.region_id, r.start_time, r.union_id
          from dingtalk_conference_recording as r
          where r.conference_id = due.id and r.acting_union_id = acting;
          if not found then
            reason := 'DingTalk returned no recordings';
          end if;
        end case;
      exception
        when others then
          reason := sqlerrm;
      end;
      if reason is not null then
        failures := failures + 1;
      end if;
      insert into history_request as r (kind, id, asked_time, answered_time, error, failing_since)
      values (due.kind, due.id, asked, case when reason is null then asked end, reason, case when reason is not null then asked end)
      on conflict (kind, id) do update set
        asked_time = excluded.asked_time, answered_time = coalesce(excluded.answered_time, r.answered_time), error = excluded.error,
        failing_since = case when excluded.error is not null then coalesce(r.failing_since, excluded.failing_since) end;
      commit;
    end loop;
    exit when requests = before;
  end loop;
  perform pg_advisory_unlock(hashtext('history_collect'));
  if failures > 0 then
    raise exception '% of % requests failed: see history_gap', failures, requests;
  end if;
end
$$;
