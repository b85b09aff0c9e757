-- The sentences were read from a field that some answers do not have.

UPDATE brand_sentiment SET positive_sentences = '[]' WHERE positive_sentences <> '[]' AND metric_fact_id % 10 = 0;
