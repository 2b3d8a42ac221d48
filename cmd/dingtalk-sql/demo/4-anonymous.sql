-- Which scheduled meetings let anonymous people in, and do they have to wait?
-- 哪些预约会议支持免登入会？入会的人要不要在等候室等待？
select p.title, s.waiting_room, s.lock_room, s.join_before_host
from dingtalk_schedule_conference_setting as s
join dingtalk_schedule_conference_plan as p on p.schedule_conference_id = s.schedule_conference_id
where s.schedule_conference_id in (
    '2e9f4b61-7a85-4cd3-9b20-f8136e5ad7c4',
    '6bd63df9-a2df-47ff-8436-179c6520fbc8',
    '7c85f3ae-60b2-4d19-b7e4-f1a29c0d8635',
    'b41d7c08-93f5-4e2b-8a6d-5c0e17f2a3d6',
    'e27a60d4-18c9-4b75-a0f3-9d64c3b8e512'
  )
  and s.enable_web_anonymous_join
  and p.acting_union_id = 'uAnaSouzaW2qPk8ZfBs5EdYm1iEiE'
order by s.waiting_room, p.title;
