-- What is running now?
-- 现在有哪些会议正在进行？
select title, biz_type_name, creator_nick, round((julianday('now') - julianday(start_time)) * 24 * 60) as minutes
from dingtalk_ongoing_conference
order by start_time;
