-- Stand-ins for tables of other plugins, in SQL that Postgres and SQLite read.
-- Each names its plugin (turbot/steampipe-plugin-...), the files that declare the
-- columns, and the commit of them. The columns that the SDK adds to every table
-- are left out.

-- github, github/table_github_organization_member.go and table_github_user.go, at 78680cc21e6c.
create table github_organization_member (
  login_id text, organization text, role text, has_two_factor_enabled boolean, login text,
  id bigint, name text, node_id text, email text, url text, created_at timestamptz,
  updated_at timestamptz, any_pinnable_items boolean, avatar_url text, bio text, company text,
  estimated_next_sponsors_payout_in_cents bigint, has_sponsors_listing boolean,
  interaction_ability jsonb, is_bounty_hunter boolean, is_campus_expert boolean,
  is_developer_program_member boolean, is_employee boolean, is_following_you boolean,
  is_github_star boolean, is_hireable boolean, is_site_admin boolean, is_sponsoring_you boolean,
  is_you boolean, location text, monthly_estimated_sponsors_income_in_cents bigint,
  pinned_items_remaining bigint, projects_url text, pronouns text, sponsors_listing jsonb,
  status jsonb, twitter_username text, can_changed_pinned_items boolean,
  can_create_projects boolean, can_follow boolean, can_sponsor boolean, is_following boolean,
  is_sponsoring boolean, website_url text
);

-- github, github/table_github_organization_external_identity.go, at 78680cc21e6c.
create table github_organization_external_identity (
  login_id text, organization text, guid text, user_login text, user_detail jsonb,
  saml_identity jsonb, scim_identity jsonb, organization_invitation jsonb
);

-- googledirectory, googledirectory/table_googledirectory_user.go, at 2133f44a88a0.
create table googledirectory_user (
  full_name text, id text, primary_email text, customer_id text, creation_time timestamptz,
  is_admin boolean, is_delegated_admin boolean, suspended boolean, agreed_to_terms boolean,
  archived boolean, change_password_at_next_login boolean, deletion_time timestamptz, etag text,
  family_name text, gender text, given_name text, hash_function text,
  include_in_global_address_list boolean, ip_whitelisted boolean, is_enforced_in_2sv boolean,
  is_enrolled_in_2sv boolean, is_mailbox_setup boolean, kind text, last_login_time timestamptz,
  org_unit_path text, recovery_email text, recovery_phone text, suspension_reason text,
  thumbnail_photo_etag text, thumbnail_photo_url text, query text, addresses jsonb,
  aliases jsonb, custom_schemas jsonb, emails jsonb, external_ids jsonb, ims jsonb,
  keywords jsonb, languages jsonb, locations jsonb, non_editable_aliases jsonb, notes jsonb,
  organizations jsonb, phones jsonb, posix_accounts jsonb, relations jsonb,
  ssh_public_keys jsonb, websites jsonb
);

-- okta, okta/table_okta_user.go, at 37bdb263a723.
create table okta_user (
  domain text, login text, id text, email text, created timestamptz, filter text,
  activated timestamptz, last_login timestamptz, last_updated timestamptz,
  password_changed timestamptz, self_link text, status text, status_changed timestamptz,
  transitioning_to_status text, profile jsonb, type jsonb, user_groups jsonb,
  assigned_roles jsonb, title text
);

-- slack, slack/table_slack_user.go, at 3b54ad4a5c6d.
create table slack_user (
  id text, display_name text, api_app_id text, bot_id text, color text, deleted boolean,
  display_name_normalized text, email text, first_name text, has_2fa boolean, image_24 text,
  image_32 text, image_48 text, image_72 text, image_192 text, image_512 text,
  image_original text, is_admin boolean, is_app_user boolean, is_bot boolean,
  is_invited_user boolean, is_owner boolean, is_primary_owner boolean, is_restricted boolean,
  is_stranger boolean, is_ultra_restricted boolean, last_name text, locale text, job_title text,
  phone text, profile_fields jsonb, real_name text, real_name_normalized text, skype text,
  status_emoji text, status_expiration timestamptz, status_text text, team_id text, tz text,
  tz_label text, tz_offset bigint, updated timestamptz, workspace_domain text
);

-- A file hr_employee.csv, read by the plugin csv, which makes all columns text.
create table hr_employee (
  employee_number text, cost_center text, status text
);

-- Some of the demo organization's people, and some others.

insert into okta_user (domain, id, login, email, status, last_login) values
  ('example.okta.com', '00u1', 'lin.mei@example.com', 'Lin.Mei@example.com', 'ACTIVE', '2026-11-20T01:00:00Z'),
  ('example.okta.com', '00u2', 'zhao.lei@example.com', 'zhao.lei@example.com', 'SUSPENDED', '2026-09-01T01:00:00Z'),
  ('example.okta.com', '00u3', 'chen.yu@example.com', 'chen.yu@example.com', 'ACTIVE', '2026-11-22T01:00:00Z'),
  ('example.okta.com', '00u4', 'priya.nair@example.com', 'priya.nair@example.com', 'LOCKED_OUT', '2026-11-19T01:00:00Z'),
  ('example.okta.com', '00u5', 'ana.souza@example.com', 'ana.souza@example.com', 'ACTIVE', '2026-11-22T01:00:00Z'),
  ('example.okta.com', '00u6', 'he.qiang@example.com', 'he.qiang@example.com', 'ACTIVE', '2026-11-22T01:00:00Z'),
  ('example.okta.com', '00u7', 'former@example.com', 'former@example.com', 'DEPROVISIONED', null);

insert into googledirectory_user (id, full_name, primary_email, suspended, is_enrolled_in_2sv, last_login_time) values
  ('g1', 'Lin Mei', 'lin.mei@example.com', false, true, '2026-11-20T01:00:00Z'),
  ('g2', 'Tom Becker', 'Tom.Becker@example.com', true, false, '2026-06-01T01:00:00Z'),
  ('g3', 'Maria Lopez', 'maria.lopez@example.com', false, false, '2026-11-21T01:00:00Z'),
  ('g4', 'Somebody Else', 'somebody.else@example.com', true, false, null);

insert into github_organization_member (organization, login, id, name, email, role, has_two_factor_enabled) values
  ('example', 'chenyu', 1, 'Chen Yu', null, 'ADMIN', true),
  ('example', 'pnair', 2, 'Priya Nair', 'priya.nair@example.com', 'MEMBER', true),
  ('example', 'tombecker', 3, 'Tom Becker', 'TOM.BECKER@example.com', 'MEMBER', false),
  ('example', 'uberg', 6, 'Ulla Berg', null, 'ADMIN', true),
  ('example', 'jiangnan', 7, 'Jiang Nan', 'Jiang.Nan@example.com', 'MEMBER', true),
  ('example', 'build-bot', 4, null, null, 'ADMIN', true),
  ('other', 'wangfang', 5, 'Wang Fang', 'wang.fang@example.com', 'ADMIN', true);

insert into github_organization_external_identity (organization, guid, user_login, saml_identity) values
  ('example', 'e1', 'chenyu', '{"username":"chen.yu","name_id":"chen.yu@example.com"}'),
  ('example', 'e2', 'pnair', '{"username":"priya.nair","name_id":"priya.nair@example.com"}'),
  ('example', 'e3', 'tombecker', '{"username":"tom.becker","name_id":"tom.becker@example.com"}'),
  ('example', 'e5', 'uberg', '{"username":"ulla.berg","name_id":"Ulla.Berg@example.com"}'),
  ('other', 'e4', 'wangfang', '{"username":"wang.fang","name_id":"wang.fang@example.com"}');

insert into slack_user (id, display_name, email, deleted, is_bot, tz) values
  ('U01', 'chenyu', 'chen.yu@example.com', false, false, 'Asia/Shanghai'),
  ('U02', 'priya', 'Priya.Nair@example.com', false, false, 'Asia/Kolkata'),
  ('U03', 'tom', 'tom.becker@example.com', true, false, 'Europe/Berlin'),
  ('B01', 'buildbot', null, false, true, null);

insert into hr_employee (employee_number, cost_center, status) values
  ('A-0101', 'CC-100', 'active'),
  ('A-0108', 'CC-100', 'active'),
  ('A-0115 ', 'CC-100', 'active'),
  ('A-0115', 'CC-210', 'active'),
  ('A-0157', 'CC-400', 'active'),
  ('A-0171', 'CC-500', 'left'),
  ('Z-0001', 'CC-900', 'active');
