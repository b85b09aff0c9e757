SELECT day, SUM(input_tokens) AS input_tokens, SUM(output_tokens) AS output_tokens
FROM observations
WHERE day >= {{ from }} AND day < {{ to }}
GROUP BY day
