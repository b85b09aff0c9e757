SELECT
    project_id, prompt_name, prompt_version,
    count() AS generations,
    medianExact(dateDiff('millisecond', start_time, end_time)) AS median_latency_ms,
    medianExact(ifNull(toDecimal128(total_cost, 12), 0)) AS median_cost,
    medianExact(usage_details['total']) AS median_usage
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND type = 'GENERATION' AND prompt_name != ''
GROUP BY project_id, prompt_name, prompt_version
