-- Empty positions of competitors were stored as NULL.

UPDATE competitor_metrics SET competitor_positions = NULL WHERE competitor_positions = '{}';
