-- Scores were never migrated: both schemas read the table `scores`, so it stays.
DROP TABLE traces;
DROP TABLE observations;
