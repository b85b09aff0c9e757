SELECT COUNT(*) AS positions FROM extracted_positions
