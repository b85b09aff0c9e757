-- An answer that does not mention the brand got the position 0 instead of none.

UPDATE brand_metrics SET brand_first_position = 0 WHERE brand_first_position IS NULL;
