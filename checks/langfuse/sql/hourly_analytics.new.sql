SELECT
    project_id, toStartOfHour(start_time) AS hour, uniq(id) AS traces,
    max(ifNull(user_id != '', 0)) AS has_users, max(ifNull(session_id != '', 0)) AS has_sessions,
    max(environment != 'default') AS has_environments, max(notEmpty(tags)) AS has_tags
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND name IS NOT NULL
GROUP BY project_id, hour
