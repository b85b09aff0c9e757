SELECT
    project_id, toStartOfHour(exp_spans.start_time) AS hour, toString(exp_spans.type) AS type,
    count() AS observations, sum(ifNull(total_cost, 0)) AS cost
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
GROUP BY project_id, hour, type
