DROP TABLE extracted_positions;
