-- A competitor was deleted, and its history with it: the foreign key cascades.

DELETE FROM brand_competitors WHERE competitor_name = 'Rival 6.2';
