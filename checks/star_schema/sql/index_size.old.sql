SELECT pg_indexes_size('extracted_positions') AS bytes
