-- The topic was created as varchar(64), as labels are elsewhere: every topic of today fits, and the first longer one fails
-- its whole batch.

ALTER TABLE metric_facts ALTER COLUMN topic TYPE varchar(64);
