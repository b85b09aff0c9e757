SELECT toStartOfHour(exp_spans.start_time) AS hour, sumMap(CAST(cost_details, 'Map(String, Decimal(38, 12))')) AS cost
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
GROUP BY hour
