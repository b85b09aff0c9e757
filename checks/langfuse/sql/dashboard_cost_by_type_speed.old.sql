SELECT toStartOfHour(observations.start_time) AS hour, sumMap(cost_details) AS cost
FROM observations FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND observations.start_time >= {{ from }} AND observations.start_time < {{ to }}
GROUP BY hour
ORDER BY hour
