-- What is running now?
select title, biz_type_name, creator_nick, round((julianday('now') - julianday(start_time)) * 24 * 60) as minutes
from dingtalk_ongoing_conference
order by start_time;
