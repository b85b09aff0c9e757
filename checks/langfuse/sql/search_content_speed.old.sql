SELECT id, trace_id, name
FROM observations FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND (positionCaseInsensitiveUTF8(ifNull(input, ''), {{ search }}) > 0 OR positionCaseInsensitiveUTF8(ifNull(output, ''), {{ search }}) > 0)
ORDER BY start_time DESC, id
LIMIT 50
