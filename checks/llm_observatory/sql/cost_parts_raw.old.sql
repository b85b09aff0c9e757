SELECT ts, trace_id, span_id, prompt_cost_usd, completion_cost_usd, total_cost_usd
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
    AND abs(prompt_cost_usd + completion_cost_usd - total_cost_usd) > 0.00000001
