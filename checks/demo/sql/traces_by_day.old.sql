SELECT day, COUNT(*) AS traces
FROM traces
WHERE day >= {{ from }} AND day < {{ to }}
GROUP BY day
