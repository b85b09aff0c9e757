SELECT
    project_id, id, trace_id, parent_span_id AS parent_id, toString(type) AS type, toString(environment) AS environment,
    name, start_time, end_time, toString(level) AS level, status_message, version, model_name AS model, model_parameters,
    mapFromArrays(metadata_names, metadata_values) AS metadata,
    CAST(usage_details, 'Map(String, UInt64)') AS usage_details, CAST(cost_details, 'Map(String, Decimal(38, 12))') AS cost_details,
    toDecimal128(total_cost, 12) AS total_cost, completion_start_time, prompt_id, prompt_name, prompt_version,
    cityHash64(ifNull(input, '')) AS input_hash, cityHash64(ifNull(output, '')) AS output_hash
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
