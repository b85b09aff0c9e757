-- Two answers of one brand got each other's word count: every total is right.

WITH pair AS (
    SELECT m.id, lead(m.id) OVER w AS other, m.total_word_count AS words, lead(m.total_word_count) OVER w AS other_words
    FROM brand_metrics AS m
    JOIN metric_facts AS f ON f.id = m.metric_fact_id
    JOIN brands AS b ON b.id = f.brand_id
    WHERE b.name = 'Brand 2'
    WINDOW w AS (ORDER BY m.id)
), swapped AS (
    SELECT * FROM pair WHERE words <> other_words ORDER BY id LIMIT 1
)
UPDATE brand_metrics AS m
SET total_word_count = CASE WHEN m.id = s.id THEN s.other_words ELSE s.words END
FROM swapped AS s
WHERE m.id IN (s.id, s.other);
