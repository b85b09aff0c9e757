SELECT id, name
FROM traces FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND timestamp >= {{ from }} AND timestamp < {{ to }}
    AND (positionCaseInsensitiveUTF8(name, {{ search }}) > 0 OR positionCaseInsensitiveUTF8(id, {{ search }}) > 0)
ORDER BY timestamp DESC, id
LIMIT 50
