SELECT toStartOfHour(exp_spans.start_time) AS hour, sumMap(cost_details) AS cost
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND exp_spans.start_time >= {{ from }} AND exp_spans.start_time < {{ to }}
GROUP BY hour
ORDER BY hour
