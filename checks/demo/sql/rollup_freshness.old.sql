-- The plain column keeps its declared type; MAX(started_at) would be text to SQLite.
SELECT started_at AS latest
FROM observations
WHERE kind = 'generation'
ORDER BY started_at DESC
LIMIT 1
