-- Takes away all that a rehearsal makes.
DROP TABLE IF EXISTS traces SYNC;
DROP TABLE IF EXISTS observations SYNC;
DROP TABLE IF EXISTS scores SYNC;
DROP TABLE IF EXISTS exp_traces_amt SYNC;
DROP TABLE IF EXISTS exp_spans SYNC;
DROP TABLE IF EXISTS exp_trace_properties SYNC;
