SELECT id, name
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND (positionCaseInsensitiveUTF8(name, {{ search }}) > 0 OR positionCaseInsensitiveUTF8(id, {{ search }}) > 0)
ORDER BY start_time DESC, id
LIMIT 50
