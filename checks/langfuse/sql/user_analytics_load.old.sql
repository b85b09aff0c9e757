SELECT user_id, uniqExact(traces.id) AS traces, count() AS observations, sum(total_cost) AS cost
FROM (SELECT project_id, trace_id, total_cost FROM observations FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND start_time >= {{ from }} AND start_time < {{ to }}) AS observations
INNER JOIN (SELECT project_id, id, user_id FROM traces FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND user_id != '') AS traces
    ON traces.project_id = observations.project_id AND traces.id = observations.trace_id
GROUP BY user_id
