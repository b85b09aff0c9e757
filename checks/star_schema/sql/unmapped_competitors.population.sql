SELECT COUNT(*) AS competitor_rows FROM extracted_positions WHERE competitor_name IS NOT NULL
