-- What took place as planned? A cancelled schedule has no plan any more.
-- 哪些会议按计划召开了？已取消的预约会议不再有计划。
select p.schedule_conference_id, p.cancelled, p.start_time as planned, c.start_time as began, coalesce(p.title, c.title) as title
from dingtalk_schedule_conference_plan as p
left join dingtalk_schedule_conference as c on c.schedule_conference_id = p.schedule_conference_id
where p.schedule_conference_id in (
    '2e9f4b61-7a85-4cd3-9b20-f8136e5ad7c4',
    '3c7a1d90-e5b2-4f68-a4d7-05b9c82e61f3',
    '4f60b3e8-2d97-41ac-b5f8-a7c31904de26',
    '5b82c9d4-f01e-4a73-86cb-3e7d5f20a918',
    '8a13e6f7-94cb-4d05-a92e-7b60d1c5f384'
  )
  and p.acting_union_id = 'uAnaSouzaW2qPk8ZfBs5EdYm1iEiE'
order by p.cancelled, p.start_time, title;
