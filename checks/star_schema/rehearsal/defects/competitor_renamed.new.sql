-- A competitor was renamed after the backfill: its history appears under a name that no old row has.

UPDATE brand_competitors SET competitor_name = 'Rival 6.2 Holding' WHERE competitor_name = 'Rival 6.2';
