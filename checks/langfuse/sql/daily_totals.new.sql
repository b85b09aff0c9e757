SELECT project_id, day, sum(t) AS traces, sum(o) AS observations, sum(c) AS cost
FROM (
    SELECT project_id, toDate(start_time) AS day, 1 AS t, 0 AS o, toDecimal128(0, 12) AS c
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND name IS NOT NULL
    UNION ALL
    SELECT project_id, toDate(start_time) AS day, 0 AS t, 1 AS o, ifNull(total_cost, 0) AS c
    FROM exp_spans FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
)
GROUP BY project_id, day
