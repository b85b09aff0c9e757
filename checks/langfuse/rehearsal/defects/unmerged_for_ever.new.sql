-- exp_traces_amt is sorted by start_time too, so what a trace says of itself and what its observations add up to never
-- become one row: the trace is there twice, each time half empty.
RENAME TABLE exp_traces_amt TO merged;
CREATE TABLE exp_traces_amt ENGINE = AggregatingMergeTree ORDER BY (project_id, id, start_time) AS
SELECT * REPLACE (CAST(start_time, 'DateTime64(3)') AS start_time) FROM merged;
DROP TABLE merged;
