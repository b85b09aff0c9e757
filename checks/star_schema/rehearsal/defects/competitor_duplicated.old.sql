-- A competitor was entered a second time: looking it up by name answers with two rows, so its answers are no
-- longer written.

INSERT INTO brand_competitors (id, brand_id, competitor_name)
SELECT md5('entered again')::uuid, brand_id, competitor_name
FROM brand_competitors
WHERE competitor_name = 'Rival 6.2'
ON CONFLICT DO NOTHING;
