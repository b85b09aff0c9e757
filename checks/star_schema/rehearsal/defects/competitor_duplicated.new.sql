-- A competitor was entered a second time: looking it up by name answers with two rows, so its answers are no
-- longer written.

INSERT INTO brand_competitors (id, brand_id, competitor_name)
SELECT md5('entered again')::uuid, brand_id, competitor_name
FROM brand_competitors
WHERE competitor_name = 'Rival 6.2'
ON CONFLICT DO NOTHING;

DELETE FROM competitor_metrics AS m
USING brand_competitors AS c
WHERE c.id = m.competitor_id AND c.competitor_name = 'Rival 6.2';

DELETE FROM competitor_sentiment AS s
USING brand_competitors AS c
WHERE c.id = s.competitor_id AND c.competitor_name = 'Rival 6.2';
