-- The old table was converted to scores of 0..100 for one brand only, and the copy is faithful: both sides
-- agree, and both are wrong.

UPDATE extracted_positions SET sentiment_score = round((sentiment_score + 1) / 2 * 100, 2)
WHERE brand_name = 'Brand 3' AND competitor_name IS NULL;
