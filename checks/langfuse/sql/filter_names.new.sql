SELECT project_id, assumeNotNull(name) AS name, count() AS traces
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND exp_traces_amt.name IS NOT NULL
GROUP BY project_id, name
ORDER BY traces DESC, project_id, name
LIMIT 1000
