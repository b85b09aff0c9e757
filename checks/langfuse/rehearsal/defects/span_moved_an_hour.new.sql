-- Text without a zone was read in the zone of the server: spans begin an hour late.
ALTER TABLE exp_spans UPDATE start_time = start_time + toIntervalHour(1), end_time = end_time + toIntervalHour(1)
WHERE sipHash64(id) % 4 = 0 SETTINGS mutations_sync = 2;
