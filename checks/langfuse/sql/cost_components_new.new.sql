SELECT
    project_id, id, total_cost,
    arraySum(mapValues(mapFilter((k, v) -> k ILIKE '%input%' OR k ILIKE '%output%', CAST(cost_details, 'Map(String, Decimal(38, 12))')))) AS parts
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND mapContains(cost_details, 'total') AND (mapContains(cost_details, 'input') OR mapContains(cost_details, 'output'))
    AND parts != toDecimal128(cost_details['total'], 12)
