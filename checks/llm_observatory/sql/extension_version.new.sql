-- As numbers: as text, 2.9 is above 2.14.
SELECT split_part(digits, '.', 1)::integer * 1000000 + split_part(digits, '.', 2)::integer * 1000
    + COALESCE(NULLIF(split_part(digits, '.', 3), ''), '0')::integer AS version
FROM (SELECT substring(extversion FROM '^[0-9.]+') AS digits FROM pg_extension WHERE extname = 'timescaledb') AS installed
