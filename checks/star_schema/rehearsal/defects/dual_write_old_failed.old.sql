-- The old write failed; the answer stands in the new schema only.

DELETE FROM extracted_positions WHERE collector_result_id > 1000000000 AND collector_result_id % 10 = 3;
