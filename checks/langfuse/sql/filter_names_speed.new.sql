SELECT name, count() AS traces
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND name IS NOT NULL
GROUP BY name
ORDER BY traces DESC, name
LIMIT 1000
