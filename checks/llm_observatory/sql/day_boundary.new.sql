-- A bucket counts where it begins, so one that begins at another hour shows.
SELECT bucket AS day, SUM(request_count)::bigint AS calls
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 1
