SELECT
    project_id, heads.user_id AS user_id,
    count() AS generations, uniqExact(spans.trace_id) AS traces, sum(ifNull(toDecimal128(spans.total_cost, 12), 0)) AS cost,
    sum(arraySum(mapValues(mapFilter((k, v) -> k ILIKE '%input%', CAST(spans.usage_details, 'Map(String, UInt64)'))))) AS input_usage,
    sum(arraySum(mapValues(mapFilter((k, v) -> k ILIKE '%output%', CAST(spans.usage_details, 'Map(String, UInt64)'))))) AS output_usage,
    sum(spans.usage_details['total']) AS total_usage
FROM (SELECT * FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND type = 'GENERATION') AS spans
INNER JOIN (
    SELECT project_id, id AS trace_id, user_id
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND user_id != '' AND name IS NOT NULL
) AS heads USING (project_id, trace_id)
GROUP BY project_id, user_id
