SELECT name, count() AS traces
FROM traces FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND timestamp >= {{ from }} AND timestamp < {{ to }}
GROUP BY name
ORDER BY traces DESC, name
LIMIT 1000
