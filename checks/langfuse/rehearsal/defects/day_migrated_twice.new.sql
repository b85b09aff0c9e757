-- The backfill ran twice for one day. Rows that replace each other do not mind; sums double.
INSERT INTO exp_traces_amt
SELECT * FROM exp_traces_amt WHERE toDate(start_time) = '2026-01-04';
INSERT INTO exp_spans
SELECT * FROM exp_spans WHERE toDate(start_time) = '2026-01-04';
