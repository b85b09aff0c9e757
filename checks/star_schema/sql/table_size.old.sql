SELECT pg_table_size('extracted_positions') AS bytes
