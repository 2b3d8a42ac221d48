-- The meetings of one schedule.
select conference_id, title, status_name, start_time, end_time
from dingtalk_schedule_conference
where schedule_conference_id = '6bd63df9-a2df-47ff-8436-179c6520fbc8'
order by start_time desc
limit 5;
