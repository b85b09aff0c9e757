SELECT
    project_id, trace_id,
    countIf(level = 'ERROR') AS errors, countIf(level = 'WARNING') AS warnings,
    countIf(level = 'DEFAULT') AS defaults, countIf(level = 'DEBUG') AS debugs,
    multiIf(errors > 0, 'ERROR', warnings > 0, 'WARNING', defaults > 0, 'DEFAULT', 'DEBUG') AS level_of_trace
FROM exp_spans FINAL
WHERE (project_id, trace_id) IN (SELECT project_id, id FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND start_time >= {{ from }} AND start_time < {{ to }})
GROUP BY project_id, trace_id
