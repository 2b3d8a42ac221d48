-- Is the list complete? A schedule of several pages against DingTalk's own count.
select schedule_conference_id, count(*) as listed, max(total_count) as total
from dingtalk_schedule_conference
where schedule_conference_id = '0f9b1c52-7d1e-4a64-9c37-2b8f6a1d4e90';
